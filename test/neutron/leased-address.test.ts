import test from 'ava'
import { leasedAddress } from '../../src/neutron/leased-address.ts'
import { cloudOf } from '../fixtures/planned.ts'

const leases = test.macro({
  title: (_, expected: string, cidr: string, neutron: string) =>
    `${neutron}: ${expected} of ${cidr}`,
  exec(t, expected: string, cidr: string, neutron: string) {
    const cloud = cloudOf(`neutron: ${neutron}\nnetworks: {net: {subnets: [{cidr: ${cidr}}]}}`)
    const [subnet] = cloud.networks.flatMap(({ subnets }) => subnets)
    if (subnet === undefined) return t.fail()
    t.is(leasedAddress(cloud, subnet, expected.split('/')[0] ?? ''), expected)
  },
})

const on = 'dhcp_agent: {enable_isolated_metadata: true}'
test(leases, '169.254.10.3/16', '169.254.10.0/24', `{release: ocata, ${on}}`)
test(leases, '169.254.10.3/24', '169.254.10.0/24', `{release: pike, ${on}}`)
test(leases, '169.254.10.3/24', '169.254.10.0/24', '{release: ocata}')
test(leases, '192.168.30.3/24', '192.168.30.0/24', `{release: ocata, ${on}}`)
