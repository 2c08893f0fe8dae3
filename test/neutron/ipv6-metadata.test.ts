import test from 'ava'
import type { Cloud, Port } from '../../src/cloud/cloud.ts'
import { ipv6MetadataPortOf, ownIpv6MetadataAddress } from '../../src/neutron/ipv6-metadata.ts'
import { dhcpPort, ipv6Subnet, isolatedCloud, machineFacts, network } from '../fixtures/cloud.ts'

const first: Port = { ...dhcpPort, id: '11111111-0000-4000-8000-000000000001' }
const second: Port = { ...dhcpPort, id: '22222222-0000-4000-8000-000000000002' }

/** The view of a DHCP agent, whose own port stands first. */
function viewOf(release: string, ports: readonly Port[]): Cloud {
  return isolatedCloud(
    { release, dhcp_agent: { enable_isolated_metadata: true } },
    { networks: [network({ subnets: [ipv6Subnet()] })], ports },
  )
}

function serves(view: Cloud): boolean | undefined {
  const [only] = view.networks
  return only && ownIpv6MetadataAddress(view, only, machineFacts) === 'fe80::a9fe:a9fe/128'
}

for (const release of ['victoria', '2024.1', '2026.1']) {
  test(`${release}: of two agents the first has the address, whichever looks`, t => {
    t.true(serves(viewOf(release, [first, second])))
    t.false(serves(viewOf(release, [second, first])))
  })
  test(`${release}: an agent alone has it`, t => {
    t.true(serves(viewOf(release, [second])))
  })
}

test('every view of a network names the same port', t => {
  for (const ports of [
    [first, second],
    [second, first],
  ]) {
    const view = viewOf('2026.1', ports)
    const [only] = view.networks
    t.is(only && ipv6MetadataPortOf(view, only)?.id, first.id)
  }
})

test('ussuri has none', t => t.false(serves(viewOf('ussuri', [first]))))
