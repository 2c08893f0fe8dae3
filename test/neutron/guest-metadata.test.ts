import test from 'ava'
import { metadataUrlOf, whyNoMetadataFor } from '../../src/neutron/guest-metadata.ts'
import { cloudOf } from '../fixtures/planned.ts'

const ipv4 = 'http://169.254.169.254'
const ipv6 = 'http://[fe80::a9fe:a9fe%25eth0]'

const asks = test.macro({
  title: (_, what: string) => what,
  exec(
    t,
    _: string,
    release: string,
    topology: string,
    url: string,
    why: RegExp | null,
    dhcp_agent = '{enable_isolated_metadata: true}',
  ) {
    const cloud = cloudOf(
      `neutron: {release: "${release}", dhcp_agent: ${dhcp_agent}}\n${topology}\ninstances: {vm1: {networks: [net]}}`,
    )
    const [guest] = cloud.guests
    if (guest === undefined) return t.fail()
    t.is(metadataUrlOf(cloud, guest), url)
    const reasons = whyNoMetadataFor(cloud, guest)
    if (why === null) t.deepEqual(reasons, [])
    else t.regex(reasons.join('\n'), why)
  },
})

const net = (...subnets: string[]) => `networks: {net: {subnets: [${subnets.join(', ')}]}}`
const slaac = '{cidr: "fd00::/64", ipv6_ra_mode: slaac, ipv6_address_mode: slaac}'
const router = '\nrouters: {r: {interfaces: [net]}}'

test(asks, 'two stacks ask by IPv4', '2026.1', net('{cidr: 10.0.0.0/24}', slaac), ipv4, null)
test(asks, 'IPv6 alone asks on the link', '2026.1', net(slaac), ipv6, null)
test(asks, 'behind a router, too', '2026.1', net(slaac) + router, ipv6, null, '{}')
test(asks, 'before Victoria there is no IPv6', 'ussuri', net(slaac), ipv4, /came with Victoria/)
test(
  asks,
  'Neutron may serve none',
  '2026.1',
  net(slaac),
  ipv6,
  /enable_isolated_metadata is off/,
  '{}',
)

const plain = '{cidr: "fd00::/64", enable_dhcp: false}'
test(
  asks,
  'static addresses have no way to a router’s',
  '2026.1',
  net(plain) + router,
  ipv6,
  /static/,
  '{}',
)
