import test from 'ava'
import fc from 'fast-check'
import { makeAgentRequest } from '../../../src/neutron/ns-metadata-proxy/agent-request.ts'
import { networkId, routerId } from '../../fixtures/cloud.ts'

const body = new Uint8Array()
const guest = { method: 'GET', target: '/', body, peer: '192.168.30.11' }

/** In bytes, one character each. */
const asks = test.macro({
  exec(t, target: string, expected: string | undefined) {
    t.is(makeAgentRequest({ network_id: networkId }, { ...guest, target })?.target, expected)
  },
  title: (_, target) => `what becomes of the target ${JSON.stringify(target)}`,
})

test(asks, '/latest/meta-data/', '/latest/meta-data/')
test(asks, '/a?b=%20c', '/a?b=%20c')
test(asks, '/a?', '/a')
test(asks, '/a%3f', '/a')
test(asks, '/a%3fb?c', '/a?b?c')
test(asks, '/a?b#c', '/a?b')
test(asks, '//a//b', '//a//b')
test(asks, '*', '/*')
test(asks, 'http://169.254.169.254/a', '/http://169.254.169.254/a')
test(asks, '/%E2%82%AC', '/%E2%82%AC')
test(asks, '/%F0%9F%98%80', '/%F0%9F%98%80')
test(asks, '/a%20b', '/a%20b')
test(asks, '/a%0d%0aX-Neutron-Router-ID:%20b', '/a%0D%0AX-Neutron-Router-ID:%20b')
test(asks, '/a%00', undefined)
test(asks, '/a%09', undefined)
test(asks, '/a%7f', undefined)
test(asks, '/%FF', undefined)
test(asks, '/%C2%85', undefined)
test(asks, '/a?\x85', undefined)
test(asks, '/%EF%BF%BF', undefined)
test(asks, '/%EF%BB%BFa', '/%EF%BB%BFa')

test('a request says whose guest asks and where from, and nothing of what the guest said of itself', t => {
  t.deepEqual(makeAgentRequest({ network_id: networkId }, { ...guest, method: 'POST' })?.headers, [
    ['Host', '169.254.169.254'],
    ['Content-Length', '0'],
    ['x-forwarded-for', '192.168.30.11'],
    ['x-neutron-network-id', networkId],
    ['user-agent', 'Python-httplib2/0.9.2 (gzip)'],
    ['accept-encoding', 'gzip, deflate'],
  ])
})

test("the router's id goes before the network's", t => {
  const both = { network_id: networkId, router_id: routerId }
  const names = makeAgentRequest(both, guest)?.headers.map(([name]) => name)
  t.true(names?.includes('x-neutron-router-id'))
  t.false(names?.includes('x-neutron-network-id'))
})

test('no target writes more than a target', t => {
  const bytes = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map(n => String.fromCharCode(n)),
  })
  const escaped = fc
    .array(
      fc.constantFrom('%0d', '%0A', '%20', '%00', '%23', '%3F', '%C3', '%A9', '/', 'a', '?', '#'),
    )
    .map(parts => parts.join(''))
  fc.assert(
    fc.property(fc.oneof(bytes, escaped), target => {
      const request = makeAgentRequest({ network_id: networkId }, { ...guest, target })
      t.true(request === undefined || /^\/[!-~]*$/.test(request.target))
      t.false(request?.target.includes('#') ?? false)
    }),
  )
})
