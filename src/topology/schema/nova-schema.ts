import * as v from 'valibot'
import { describe } from './describe.ts'
import { novaApi } from './nova-api-schema.ts'
import { novaWsgi } from './nova-wsgi-schema.ts'
import { release } from './release-schema.ts'
import { oneLine } from './words.ts'

/** nova.conf [neutron], as far as the metadata API reads it. */
const neutron = v.strictObject({
  service_metadata_proxy: v.optional(
    describe(
      'Behind Neutron’s proxy',
      'Whether requests come signed from neutron-metadata-agent or a load balancer; else nova goes by the address they come from, which is the agent’s unless `enable_proxy_headers_parsing` is on.',
      v.boolean(),
    ),
    true,
  ),
  metadata_proxy_shared_secret: v.exactOptional(
    describe(
      'Shared secret',
      'What signatures are checked with; the metadata agent’s when left out.',
      oneLine,
    ),
  ),
})

const osloMiddleware = v.strictObject({
  enable_proxy_headers_parsing: v.optional(
    describe(
      'Parse proxies’ headers',
      'From Zed on: Forwarded, or else X-Forwarded-For, tells where a request comes from.',
      v.boolean(),
    ),
    false,
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
  api: v.optional(describe('nova.conf [api]', 'Options of the metadata API.', novaApi), {}),
  neutron: v.optional(
    describe('nova.conf [neutron]', 'How the metadata API knows who asks.', neutron),
    {},
  ),
  oslo_middleware: v.optional(
    describe('nova.conf [oslo_middleware]', 'What stands before the metadata API.', osloMiddleware),
    {},
  ),
  wsgi: v.optional(describe('nova.conf [wsgi]', 'TLS of the metadata API.', novaWsgi), {}),
})
