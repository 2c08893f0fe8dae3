import test from 'ava'
import { type Lease, unusedLeases } from '../../src/neutron/dnsmasq-leases.ts'

const mac = 'fa:16:3e:00:00:01'
const hosts = `${mac},host-10-0-0-3.example,10.0.0.3
${mac},tag:dhcpv6,host-fd00--3.example,[fd00::3]
fa:16:3e:00:00:02,host-10-0-0-4.example,10.0.0.4
`

const unused = test.macro({
  exec(t, _: string, lines: readonly string[], expected: readonly Lease[]) {
    t.deepEqual(unusedLeases(lines.map(line => `${line}\n`).join(''), hosts), expected)
  },
  title: (_, what: string) => what,
})

const ipv4 = { family: 4, address: '10.0.0.9', mac_address: mac } as const

test(unused, 'no lease', [], [])
test(unused, 'a port’s own address', [`0 ${mac} 10.0.0.3 * *`], [])
test(
  unused,
  'an address that is none of the port’s any more',
  [`9 ${mac} 10.0.0.9 * *`],
  [{ ...ipv4, clientId: null }],
)
test(
  unused,
  'another port’s address',
  [`9 ${mac} 10.0.0.4 * 01:${mac}`],
  [{ ...ipv4, address: '10.0.0.4', clientId: `01:${mac}` }],
)
test(
  unused,
  'IPv6, which has the server’s id before it',
  [
    `9 ${mac} 10.0.0.3 * *`,
    'duid 00:01:00:01',
    '9 77 fd00::3 host-fd00--3 00:03:aa',
    '9 78 fd00::9 * 00:03:bb',
  ],
  [{ family: 6, address: 'fd00::9', iaid: '78', clientId: '00:03:bb', serverId: '00:01:00:01' }],
)
test(unused, 'IPv6 as the agent writes it before the first start', [`0 ${mac} [fd00::9] * *`], [])
