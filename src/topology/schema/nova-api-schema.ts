import * as v from 'valibot'
import { describe } from './describe.ts'
import { domainName, filePath, seconds } from './words.ts'

/** nova.conf [api], as far as the metadata API reads it. */
export const novaApi = v.strictObject({
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
      'What nova would read from vendordata_jsonfile_path, written here. YAML’s 1.0 is 1; a file keeps it.',
      v.record(v.string(), v.unknown()),
    ),
    {},
  ),
  vendordata_jsonfile_path: v.exactOptional(
    describe(
      'Vendor data file',
      'JSON on this machine, relative to this file, read whenever an instance is loaded, by the user neutron or else nobody. Where it cannot be read or is not JSON, guests get a 500, as with nova.',
      filePath,
    ),
  ),
  vendordata_providers: v.optional(
    describe(
      'Vendor data providers',
      'Without StaticJSON there is no vendor_data.json; DynamicJSON adds the targets to vendor_data2.json.',
      v.array(v.picklist(['StaticJSON', 'DynamicJSON'], 'must be StaticJSON or DynamicJSON')),
    ),
    ['StaticJSON'],
  ),
  vendordata_dynamic_targets: v.optional(
    describe(
      'Dynamic vendor data',
      'Each `name@url`: nova posts the instance there for every vendor_data2.json. The lab’s nova stands in the namespace lab-<lab>-controller, and the URL must be reachable from there.',
      v.array(v.pipe(v.string(), v.nonEmpty('must not be empty'))),
    ),
    [],
  ),
  vendordata_dynamic_connect_timeout: v.optional(
    describe(
      'Connect timeout',
      'Seconds to wait for a target’s connection.',
      v.pipe(seconds, v.minValue(3, 'must be at least 3, which is nova’s limit')),
    ),
    5,
  ),
  vendordata_dynamic_read_timeout: v.optional(
    describe(
      'Read timeout',
      'Seconds to wait for a target’s next bytes; with 0 all fail.',
      seconds,
    ),
    5,
  ),
  vendordata_dynamic_failure_fatal: v.optional(
    describe(
      'Fatal failures',
      'Whether a target that fails takes vendor_data2.json with it; else it shows as {}.',
      v.boolean(),
    ),
    false,
  ),
  vendordata_dynamic_ssl_certfile: v.exactOptional(
    describe(
      'CA file of the targets',
      'PEM file, relative to this one, that https targets are checked against instead of the usual authorities.',
      filePath,
    ),
  ),
  use_forwarded_for: v.optional(
    describe(
      'Trust X-Forwarded-For',
      'Up to 2023.2 and without service_metadata_proxy: take the guest’s address from this header.',
      v.boolean(),
    ),
    false,
  ),
})
