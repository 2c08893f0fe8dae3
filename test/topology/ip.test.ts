import test from 'ava'
import fc from 'fast-check'
import {
  contains,
  eui64Address,
  formatAddress,
  formatCidr,
  type IpNetwork,
  overlaps,
  parseAddress,
  parseCidr,
} from '../../src/topology/ip.ts'

const address = fc.oneof(
  fc.record({ version: fc.constant(4 as const), value: fc.bigInt(0n, 2n ** 32n - 1n) }),
  fc.record({ version: fc.constant(6 as const), value: fc.bigInt(0n, 2n ** 128n - 1n) }),
)

const network = address.chain(({ version, value }) =>
  fc.nat(version === 4 ? 32 : 128).map(prefix => {
    const parsed = parseCidr(`${formatAddress({ version, value })}/${prefix}`)
    if (parsed === undefined) throw new Error('a written network cannot be read')
    return parsed
  }),
)

test('an address reads back as it was written', t => {
  fc.assert(fc.property(address, one => t.deepEqual(parseAddress(formatAddress(one)), one)))
})

test('a network holds its ends and nothing beside them', t => {
  const property = fc.property(network, net => {
    const at = (value: bigint) => contains(net, { version: net.version, value })
    return at(net.first) && at(net.last) && !at(net.first - 1n) && !at(net.last + 1n)
  })
  t.notThrows(() => fc.assert(property))
})

test('a network written canonically is the same network', t => {
  const property = fc.property(network, net => {
    t.deepEqual(parseCidr(formatCidr(net)), { ...net, canonical: true })
  })
  fc.assert(property)
})

test('two networks overlap exactly where one holds the other', t => {
  const holds = (one: IpNetwork, other: IpNetwork) =>
    contains(one, { version: other.version, value: other.first })
  const property = fc.property(
    network,
    network,
    (one, other) => overlaps(one, other) === (holds(one, other) || holds(other, one)),
  )
  t.notThrows(() => fc.assert(property))
})

for (const text of [
  '',
  '1.2.3',
  '01.2.3.4',
  '1.2.3.4.5',
  '256.1.1.1',
  '0x1.2.3.4',
  'fe80::1%eth0',
  ':',
  'x',
  '1.2.3.4/8',
]) {
  test(`no address: "${text}"`, t => t.is(parseAddress(text), undefined))
}

for (const text of [
  '10.0.0.0',
  '10.0.0.0/33',
  '10.0.0/8',
  '::/129',
  '10.0.0.0/-1',
  '/8',
  '10.0.0.0/8/8',
]) {
  test(`no CIDR: "${text}"`, t => t.is(parseCidr(text), undefined))
}

test('SLAAC makes the address of RFC 4291, appendix A', t => {
  const net = parseCidr('fd00:78::/64')
  t.is(net && eui64Address(net, 'fa:16:3e:78:00:21'), 'fd00:78::f816:3eff:fe78:21')
})
