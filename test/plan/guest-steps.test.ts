import test from 'ava'
import type { Cloud } from '../../src/cloud/cloud.ts'
import { addnHostsFile, hostFile, leasesFile } from '../../src/neutron/dnsmasq-files.ts'
import { optsFile } from '../../src/neutron/dnsmasq-opts.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import type { Step } from '../../src/plan/step.ts'
import { machineFacts } from '../fixtures/cloud.ts'
import { cloudOf } from '../fixtures/planned.ts'

const topology = `
neutron: {dhcp_agent: {enable_isolated_metadata: true}}
networks:
  a:
    subnets:
      - cidr: 10.0.0.0/24
        gateway_ip: null
        host_routes: [{destination: 198.51.100.0/24, nexthop: 10.0.0.9}]
        dns_nameservers: [192.0.2.53]
      - {cidr: "fd00::/64", enable_dhcp: false}
instances: {vm1: {networks: [a]}}
`
const mac = (last: string) => `fa:16:3e:00:00:${last}`
const withGuests = `${topology}
guests:
  ghost: {networks: [{name: a, fixed_ip: 10.0.0.66, mac_address: "${mac('66')}", device_id: 00006666-dead-4000-8000-000000000066}]}
  orphan: {networks: [{name: a, fixed_ip: 10.0.0.67, mac_address: "${mac('67')}"}]}
  stray: {networks: [{name: a, port: false, fixed_ips: [10.0.0.99, "fd00::99"], mac_address: "${mac('99')}"}]}
`
const before = cloudOf(topology)
const cloud = cloudOf(withGuests)

function stepsOf(of: Cloud): readonly Step[] {
  return buildPlan(of, machineFacts).steps
}

function linesOf(id: string): readonly string[] {
  const step = stepsOf(cloud).find(candidate => candidate.id === id)
  return step?.kind === 'ip' ? step.lines : []
}

test('a guest without a port has its addresses and routes by itself, the one to the metadata service too', t => {
  const [nic] = cloud.guests.at(-1)?.nics ?? []
  t.deepEqual(linesOf(`addresses:${nic?.id}`), [
    'link set eth0 up',
    'address add 10.0.0.99/24 brd + dev eth0',
    'address add fd00::99/64 dev eth0',
  ])
  t.deepEqual(linesOf('routes:lab-fixture-stray:eth0'), [
    'route replace 198.51.100.0/24 via 10.0.0.9 dev eth0',
    'route replace 169.254.169.254/32 via 10.0.0.1 dev eth0',
    'route replace default via fd00::1 dev eth0',
  ])
})

test('guests with a port lease, and one without does not', t => {
  const clients = stepsOf(cloud).filter(
    step => step.kind === 'service' && step.service === 'udhcpc',
  )
  t.deepEqual(
    clients.map(({ id, source }) => [id, ...source]),
    [
      ['service:udhcpc-vm1-eth0', 'instances', 'vm1'],
      ['service:udhcpc-ghost-eth0', 'guests', 'ghost'],
      ['service:udhcpc-orphan-eth0', 'guests', 'orphan'],
    ],
  )
})

test('dnsmasq serves a port whether nova has its device or not, and knows nothing of a NIC without one', t => {
  const filesOf = (of: Cloud) =>
    of.networks.flatMap(network => [
      hostFile(of, network),
      addnHostsFile(of, network),
      leasesFile(of, network, 0),
    ])
  const linesAdded = filesOf(cloud).map((file, at) => file.replace(filesOf(before)[at] ?? '', ''))
  const name = (host: number) => `host-10-0-0-${host}`
  const fqdn = (host: number) => `${name(host)}.openstacklocal`
  t.deepEqual(linesAdded, [
    `${mac('66')},${fqdn(66)},10.0.0.66\n${mac('67')},${fqdn(67)},10.0.0.67\n`,
    `10.0.0.66\t${fqdn(66)} ${name(66)}\n10.0.0.67\t${fqdn(67)} ${name(67)}\n`,
    `0 ${mac('66')} 10.0.0.66 * *\n0 ${mac('67')} 10.0.0.67 * *\n`,
  ])
  const [network] = cloud.networks
  if (network !== undefined) t.is(optsFile(cloud, network), optsFile(before, network))
})

test('a stray guest changes no step of anything else', t => {
  const stray = withGuests.replace(/ {2}(ghost|orphan): .*\n/g, '')
  // The supervisor's service reads them all.
  const isOthers = ({ id }: Step) => !/stray|supervisor/.test(id)
  const isStrays = ({ source }: Step) => source.includes('stray')
  const steps = stepsOf(cloudOf(stray)).filter(step => isOthers(step) && !isStrays(step))
  t.deepEqual(steps, stepsOf(before).filter(isOthers))
})
