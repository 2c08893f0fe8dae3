import test from 'ava'
import { mistakesOf } from './mistakes-of.ts'

/** A topology of a network, an instance on it, and guests that begin in line 3. */
const finds = test.macro({
  exec(t, guests: string, ...expected: string[]) {
    const text = `networks: {net: {subnets: [{cidr: 10.0.0.0/24}]}, six: {subnets: [{cidr: "fd00::/64"}]}, slaac: {subnets: [{cidr: "fd01::/64", ipv6_ra_mode: slaac, ipv6_address_mode: slaac}]}}
instances: {vm1: {id: ${vm1}, networks: [{name: net, fixed_ip: 10.0.0.7, mac_address: "fa:16:3e:00:00:07"}]}}
guests: ${guests}
`
    t.deepEqual(mistakesOf(text), expected)
  },
  title: title => `guests: ${title}`,
})

const vm1 = '3f2b8c1e-0d4a-4b6f-9a57-1c2d3e4f5a6b'
const nobody = '00006666-dead-4000-8000-000000000066'

test('a port of nobody', finds, '{g: {networks: [net]}}')
test('a port of an absent instance', finds, `{g: {networks: [{name: net, device_id: ${nobody}}]}}`)
test('no port', finds, '{g: {networks: [{name: net, port: false, fixed_ip: 10.0.0.9}]}}')
test(
  'any address where others make theirs of router advertisements, without a port',
  finds,
  '{g: {networks: [{name: slaac, port: false, fixed_ip: "fd01::9"}]}}',
)
test(
  'an address where Neutron decides by the MAC',
  finds,
  '{g: {networks: [net, {name: slaac, fixed_ip: "fd01::9"}]}}',
  '3:54 `fd01::9` cannot be chosen: addresses of fd01::/64 follow from the MAC',
)
test(
  'no port and no address',
  finds,
  '{g: {networks: [{name: net, port: false}]}}',
  '3:43 a network card without a port gets no address from Neutron | give it a `fixed_ip`',
)
test(
  'no port, and what a port has',
  finds,
  `{g: {networks: [{name: net, port: false, fixed_ip: 10.0.0.9, device_id: ${nobody}, project_id: abc}]}}`,
  '3:81 `device_id` is of a port, and this network card has none',
  '3:131 `project_id` is of a port, and this network card has none',
)
test(
  'an instance that nova has',
  finds,
  `{g: {networks: [{name: net, device_id: ${vm1}}]}}`,
  `3:48 \`${vm1}\` is the id of instance \`vm1\`, which Nova has | give the network to \`vm1\`, or name a device that no instance is`,
)
test(
  'an unknown network',
  finds,
  '{g: {networks: [ent]}}',
  '3:25 there is no network `ent` | there are net, six, slaac',
)
test(
  'the name of an instance',
  finds,
  '{vm1: {networks: [net]}}',
  '3:10 `vm1` is also the name of an instance; `lab exec vm1` could mean either',
)
test(
  'an address that an instance has',
  finds,
  '{g: {networks: [{name: net, port: false, fixed_ip: 10.0.0.7}]}}',
  '3:60 `10.0.0.7` is already the address of instance `vm1`',
)
test(
  'an address that a guest has',
  finds,
  '{g: {networks: [{name: net, fixed_ip: 10.0.0.9}]}, h: {networks: [{name: net, port: false, fixed_ip: 10.0.0.9}]}}',
  '3:110 `10.0.0.9` is already the address of guest `g`',
)
test(
  'a MAC address that an instance has',
  finds,
  '{g: {networks: [{name: net, mac_address: "fa:16:3e:00:00:07"}]}}',
  '3:50 MAC address `fa:16:3e:00:00:07` is already at instances.vm1.networks[0].mac_address',
)
test(
  'the gateway’s address, and one of no subnet',
  finds,
  '{g: {networks: [{name: net, port: false, fixed_ip: 10.0.0.1}]}, h: {networks: [{name: net, port: false, fixed_ip: 10.0.1.1}]}}',
  '3:60 `10.0.0.1` is the gateway of 10.0.0.0/24',
  '3:123 `10.0.1.1` is outside every subnet of network `net`: 10.0.0.0/24',
)
test('only IPv6 addresses of a DHCP server', finds, '{g: {networks: [six]}}')
test(
  'an IPv6 address of its own',
  finds,
  '{g: {networks: [{name: six, port: false, fixed_ip: "fd00::9"}]}}',
)
test(
  'keys of an instance',
  finds,
  '{g: {networks: [net], key_name: k}}',
  '3:31 unknown key `key_name` | known here: networks, host',
)
test('no network', finds, '{g: {networks: []}}', '3:24 `networks` must name at least one network')
