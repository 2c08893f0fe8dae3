import test from 'ava'
import { ovnDhcpAnswersOf } from '../../../src/neutron/ovn/dhcp-answers.ts'
import { machineFacts } from '../../fixtures/cloud.ts'
import { hostNamed, networkNamed, ovnCloud, portOf, privateId } from './ovn-clouds.ts'

const cloud = ovnCloud()

function answersOn(host: string, network = 'private', facts = machineFacts) {
  return ovnDhcpAnswersOf(cloud, networkNamed(cloud, network), hostNamed(cloud, host), facts)
}

test('a host answers its own machines, each on the subnet of its address', t => {
  const [one, two] = [answersOn('compute1'), answersOn('compute2')]
  const macOf = (name: string) => portOf(cloud, name).mac_address
  t.is(one?.hosts, `${macOf('vm1')},192.168.30.11\n`)
  t.is(two?.hosts, `${macOf('vm2')},192.168.31.12\n${macOf('vm2')},tag:dhcpv6,[fd00:7::12]\n`)
  t.is(answersOn('controller'), null)
  t.is(answersOn('compute1', 'other'), null)
})

test('it bears the server id of each subnet that it answers on, and the same MAC as other hosts', t => {
  const addresses = answersOn('compute2')?.addresses.map(({ address }) => address)
  t.is(addresses?.[0], '192.168.31.1/24')
  t.regex(addresses?.[1] ?? '', /^fd00:7::[0-9a-f:]+ff:fe[0-9a-f:]+\/64$/)
  t.is(answersOn('compute1')?.server_mac, answersOn('compute2')?.server_mac)
  t.regex(answersOn('compute1')?.server_mac ?? '', /^fa:16:3f:/)
})

test('without a gateway it bears the address of the metadata port', t => {
  t.deepEqual(
    answersOn('compute2', 'other')?.addresses.map(({ address }) => address),
    ['10.0.0.1/24'],
  )
})

test('options are sent without being asked for, and those that dnsmasq would make up are not', t => {
  const [subnet] = networkNamed(cloud, 'private').subnets
  const tag = `tag:subnet-${subnet?.id}`
  const argv = answersOn('compute1')?.argv ?? []
  const routes = '169.254.169.254/32,192.168.30.2,0.0.0.0/0,192.168.30.1'
  t.deepEqual(argv.slice(argv.indexOf('--conf-file=/dev/null') + 1), [
    `--dhcp-range=set:subnet-${subnet?.id},192.168.30.0,static,255.255.255.0,43200s`,
    `--dhcp-option-force=${tag},option:mtu,1442`,
    `--dhcp-option-force=${tag},option:router,192.168.30.1`,
    `--dhcp-option=${tag},option:dns-server`,
    `--dhcp-option-force=${tag},option:classless-static-route,${routes}`,
    `--dhcp-option=${tag},28`,
  ])
  const directory = `${cloud.neutron.state_path}/ovn-dhcp/${privateId}`
  t.true(argv.includes(`--dhcp-hostsfile=${directory}/host`))
  t.true(argv.includes('--port=0'))
})

test('a subnet without a gateway tells of no router', t => {
  const argv = answersOn('compute2', 'other')?.argv ?? []
  t.is(argv.filter(word => /,option:router$/.test(word)).length, 1)
  t.false(argv.some(word => word.includes('option:router,')))
})

test('leases of IPv6 have no end, and there are none on a machine without it', t => {
  const ranges = (facts = machineFacts) =>
    answersOn('compute2', 'private', facts)?.argv.filter(word => word.startsWith('--dhcp-range'))
  t.is(ranges()?.length, 2)
  t.regex(ranges()?.[1] ?? '', /,fd00:7::,static,64,infinite$/)
  t.is(ranges({ ...machineFacts, ipv6: false })?.length, 1)
})

test('a renewal is taken that comes from the offered address and goes to the server id, of IPv4 alone', t => {
  const port = portOf(cloud, 'vm2')
  t.deepEqual(answersOn('compute2')?.renewals, [
    {
      port_id: port.id,
      mac_address: port.mac_address,
      ip_address: '192.168.31.12',
      server_id: '192.168.31.1',
    },
  ])
  t.like(answersOn('compute2', 'other')?.renewals[0], { server_id: '10.0.0.1' })
})
