import * as v from 'valibot'
import { describe } from './describe.ts'
import { portNumber } from './words.ts'

/** l3_agent.ini. */
export const l3Agent = v.strictObject({
  enable_metadata_proxy: v.optional(
    describe(
      'Metadata on routers',
      'Catch 169.254.169.254:80 in router namespaces and serve it there.',
      v.boolean(),
    ),
    true,
  ),
  metadata_port: v.optional(
    describe('Port of the proxy', 'Where haproxy listens in router namespaces.', portNumber),
    9697,
  ),
  metadata_access_mark: v.optional(
    describe('Mark of metadata requests', 'Packet mark, at most 0xffff.', mark()),
    '0x1',
  ),
  external_ingress_mark: v.optional(
    describe('Mark of packets from outside', 'Packet mark, at most 0xffff.', mark()),
    '0x2',
  ),
})

/** Written `0x1` in Neutron's files; YAML reads that as a number. */
function mark() {
  const inRange = 'must be from 0x1 to 0xffff'
  return v.pipe(
    v.union([
      v.pipe(
        v.number(),
        v.integer(inRange),
        v.minValue(1, inRange),
        v.maxValue(0xffff, inRange),
        v.transform(value => `0x${value.toString(16)}`),
      ),
      v.pipe(v.string(), v.regex(/^0x0*[1-9a-f][0-9a-f]{0,3}$/, inRange)),
    ]),
  )
}
