import * as v from 'valibot'
import { describe } from './describe.ts'
import { portNumber } from './words.ts'

/** metadata_agent.ini. */
export const metadataAgent = v.strictObject({
  metadata_proxy_shared_secret: v.exactOptional(
    describe(
      'Shared secret',
      'What the agent signs instance ids with and nova-api-metadata checks; made at random for each lab when left out.',
      v.pipe(v.string(), v.regex(/^[^\0\r\n]*$/, 'must be one line')),
    ),
  ),
  nova_metadata_port: v.optional(
    describe('Port of nova-api-metadata', 'TCP port.', portNumber),
    8775,
  ),
})
