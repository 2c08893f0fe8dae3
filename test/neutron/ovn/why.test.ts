import test from 'ava'
import { metadataUrlOf, whyNoMetadataFor } from '../../../src/neutron/guest-metadata.ts'
import { whyOptionsIgnored } from '../../../src/neutron/ovn/why-options-ignored.ts'
import { readCloud } from '../../cloud/read-cloud.ts'

function reasonsFor(release: string, subnets: string) {
  const cloud = readCloud(`
neutron: {mechanism_driver: ovn, release: '${release}'}
networks: {private: {subnets: [${subnets}]}}
instances: {vm1: {networks: [private]}}
`)
  const [guest] = cloud.guests
  if (guest === undefined) throw new Error('no guest')
  return { url: metadataUrlOf(cloud, guest), reasons: whyNoMetadataFor(cloud, guest) }
}

const ipv4 = 'cidr: 192.168.30.0/24'
const static6 = "{cidr: 'fd00:7::/64', enable_dhcp: false}"

test('a guest on a subnet with DHCP has no reason to be without metadata', t => {
  t.deepEqual(reasonsFor('ussuri', `{${ipv4}}`), { url: 'http://169.254.169.254', reasons: [] })
})

test('one on a subnet without DHCP has', t => {
  const { reasons } = reasonsFor('2026.1', `{${ipv4}, enable_dhcp: false}`)
  t.regex(reasons.join(), /^ML2\/OVN serves none on network private: its metadata port has/)
})

test('one with IPv6 alone asks by IPv6 since 2024.1, and has nobody to ask before', t => {
  t.deepEqual(reasonsFor('2024.1', static6), {
    url: 'http://[fe80::a9fe:a9fe%25eth0]',
    reasons: [],
  })
  const { url, reasons } = reasonsFor('2023.2', static6)
  t.is(url, 'http://169.254.169.254')
  t.regex(reasons.join(), /ML2\/OVN of 2023\.2 serves metadata by IPv4/)
})

test("options of agents that ML2/OVN does not have are named, others' are not", t => {
  const ignored = (neutron: string) =>
    whyOptionsIgnored(readCloud(`neutron: {${neutron}}\nnetworks: {a: {}}\n`))
  const options = 'dhcp_agent: {force_metadata: true}, l3_agent: {metadata_port: 8080}'
  t.is(
    ignored(`mechanism_driver: ovn, ${options}, dhcp_agents_per_network: 2`),
    'ML2/OVN has no DHCP and L3 agents; it passes over dhcp_agent.force_metadata, l3_agent.metadata_port, dhcp_agents_per_network.',
  )
  t.is(ignored('mechanism_driver: ovn'), null)
  t.is(ignored(options), null)
})
