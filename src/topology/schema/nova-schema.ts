import * as v from 'valibot'
import { describe } from './describe.ts'
import { release } from './release-schema.ts'
import { domainName, seconds } from './words.ts'

const api = v.strictObject({
  dhcp_domain: v.optional(
    describe(
      'DHCP domain',
      'Appended to the hostname in metadata; empty appends nothing.',
      v.union([domainName, v.literal('')]),
    ),
    'novalocal',
  ),
  metadata_cache_expiration: v.optional(
    describe('Metadata cache', 'Seconds that metadata is cached; 0 is off.', seconds),
    15,
  ),
  vendordata: v.optional(
    describe(
      'Vendor data',
      'What nova would read from vendordata_jsonfile_path, written here.',
      v.record(v.string(), v.unknown()),
    ),
    {},
  ),
})

/** The options of Nova, under the names of nova.conf. */
export const nova = v.strictObject({
  release: v.exactOptional(
    describe(
      'Release of Nova',
      'Whose metadata API the lab shows; the newest by default.',
      release,
    ),
  ),
  api: v.optional(describe('nova.conf [api]', 'Options of the metadata API.', api), {}),
})
