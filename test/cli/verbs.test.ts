import test from 'ava'
import { findInstance, findNetwork, findRouter, findSubnet } from '../../src/cli/find-resources.ts'
import { writeNetwork } from '../../src/cli/network.ts'
import { rowOf, selectPorts } from '../../src/cli/port-list.ts'
import { refuseSubnet, withoutSubnet } from '../../src/cli/router-interfaces.ts'
import type { Cloud } from '../../src/cloud/cloud.ts'
import { deriveCloud } from '../../src/cloud/derive-cloud.ts'
import { LabError } from '../../src/lab/lab-error.ts'
import { readTopology } from '../../src/topology/read-topology.ts'

const text = `networks:
  private:
    subnets:
      - {name: one, cidr: 10.1.0.0/24}
      - {name: two, cidr: 10.2.0.0/24}
  other:
    subnets:
      - {name: two, cidr: 10.3.0.0/24}
      - {name: bare, cidr: 10.4.0.0/24, gateway_ip: null}
      - {name: same, cidr: 10.1.0.0/16}
  public:
    router:external: true
    subnets: [{cidr: 203.0.113.0/24, enable_dhcp: false}]
routers:
  edge: {external_gateway: public, interfaces: [private]}
  second: {}
instances:
  vm1: {networks: [{name: private, fixed_ip: 10.1.0.9, floating_ip: 203.0.113.9}]}
`

function cloudOf(topologyText: string): Cloud {
  const reading = readTopology({ path: 'test.yaml', text: topologyText })
  if (!reading.ok) throw new Error(reading.mistakes.map(({ message }) => message).join('\n'))
  return deriveCloud(reading.topology, { lab: 'verbs', secret: '' })
}

const cloud = cloudOf(text)

test('resources are found by name and by id, and subnets by CIDR, too', t => {
  const network = findNetwork(cloud, 'private')
  t.is(findNetwork(cloud, network.id), network)
  t.is(findRouter(cloud, findRouter(cloud, 'edge').id).name, 'edge')
  t.is(findInstance(cloud, findInstance(cloud, 'vm1').id).name, 'vm1')
  const subnet = findSubnet(cloud, 'one')
  t.is(findSubnet(cloud, '10.1.0.0/24'), subnet)
  t.is(findSubnet(cloud, subnet.id), subnet)
})

const notFound = test.macro({
  title: (_, what: string) => `${what} is not found, and the error helps`,
  exec(t, _what: string, find: () => unknown, message: RegExp, hint: RegExp) {
    const error = t.throws(find, { instanceOf: LabError, message })
    t.regex(error?.hint ?? '', hint)
  },
})

test(
  notFound,
  'a misspelt router',
  () => findRouter(cloud, 'edgy'),
  /has no router edgy; did you mean `edge`\?/,
  /There is edge, second\./,
)
test(
  notFound,
  'a subnet of a name that two have',
  () => findSubnet(cloud, 'two'),
  /has 2 subnets two/,
  /10\.2\.0\.0\/24 of private \(two, [0-9a-f-]{36}\), 10\.3\.0\.0\/24 of other/,
)
test(
  notFound,
  'an instance where there is none',
  () => findInstance({ ...cloud, instances: [] }, 'vm1'),
  /has no instance vm1/,
  /It has none\./,
)

const refusedSubnet = test.macro({
  title: (_, subnet: string, router: string) => `Neutron refuses ${subnet} for router ${router}`,
  exec(t, subnet: string, router: string, answer: RegExp, fixedIp?: string) {
    t.throws(
      () => refuseSubnet(cloud, findRouter(cloud, router), findSubnet(cloud, subnet), fixedIp),
      { instanceOf: LabError, message: answer },
    )
  },
})

test(refusedSubnet, 'one', 'edge', /Router already has a port on subnet .*400 Bad Request/)
test(refusedSubnet, 'one', 'second', /IP address 10\.1\.0\.1 already allocated in subnet .*409/)
test(refusedSubnet, 'bare', 'edge', /Subnet for router interface must have a gateway IP/)
test(
  refusedSubnet,
  'same',
  'edge',
  /Cidr 10\.1\.0\.0\/16 of subnet \S+ overlaps with cidr 10\.1\.0\.0\/24 of subnet/,
)

test('another address lets a second router join a subnet', t => {
  t.notThrows(() =>
    refuseSubnet(cloud, findRouter(cloud, 'second'), findSubnet(cloud, 'one'), '10.1.0.77'),
  )
})

test('a router leaves one subnet of a network that it joined as a whole', t => {
  const edited = withoutSubnet(
    { cloud, kept: { text, edited: false } },
    findRouter(cloud, 'edge'),
    findSubnet(cloud, '10.2.0.0/24'),
  )
  t.is(edited, text.replace('[private]', '[{network: private, subnet: 10.1.0.0/24}]'))
  const before = cloud.ports.filter(({ device_owner }) => device_owner.includes('interface'))
  const after = cloudOf(edited).ports.filter(({ device_owner }) =>
    device_owner.includes('interface'),
  )
  t.deepEqual(after, before.slice(0, 1))
})

const refusedRemoval = test.macro({
  title: (_, subnet: string, router: string) => `router ${router} cannot leave ${subnet}`,
  exec(t, subnet: string, router: string, answer: RegExp) {
    const kept = { text, edited: false }
    t.throws(
      () => withoutSubnet({ cloud, kept }, findRouter(cloud, router), findSubnet(cloud, subnet)),
      { instanceOf: LabError, message: answer },
    )
  },
})

test(refusedRemoval, 'one', 'edge', /required by one or more floating IPs\. \(409 Conflict\)/)
test(refusedRemoval, 'one', 'second', /has no interface on subnet \S+ \(404 Not Found\)/)

test('a gateway and name servers are of the subnets of their kind', t => {
  t.deepEqual(
    writeNetwork('n', {
      subnet: ['10.0.0.0/24', 'fd00::/64'],
      gateway: '10.0.0.254',
      dhcp: true,
      dnsNameserver: ['192.0.2.53', 'fd00::53'],
      mtu: '1400',
      external: true,
    }),
    {
      external: true,
      mtu: 1400,
      subnets: [
        {
          name: 'n-subnet-1',
          cidr: '10.0.0.0/24',
          gateway_ip: '10.0.0.254',
          dns_nameservers: ['192.0.2.53'],
        },
        { name: 'n-subnet-2', cidr: 'fd00::/64', dns_nameservers: ['fd00::53'] },
      ],
    },
  )
  t.deepEqual(writeNetwork('n', { subnet: ['10.0.0.0/24'], gateway: 'none', dhcp: false }), {
    subnets: [{ name: 'n-subnet', cidr: '10.0.0.0/24', gateway_ip: null, enable_dhcp: false }],
  })
  t.throws(() => writeNetwork('n', { subnet: ['10.0.0.0/24'], mtu: 'abc', dhcp: true }), {
    instanceOf: LabError,
    message: /--mtu abc is no number of bytes/,
  })
  t.throws(() => writeNetwork('n', { subnet: ['10.0.0.0/24'], gateway: '10.9.0.1', dhcp: true }), {
    message: /--gateway 10\.9\.0\.1 is no address of 10\.0\.0\.0\/24/,
  })
})

test('ports are listed by id, and by what they are asked for', t => {
  const ids = selectPorts(cloud, {}).map(({ id }) => id)
  t.deepEqual(ids, cloud.ports.map(({ id }) => id).toSorted())
  const owners = (options: Parameters<typeof selectPorts>[1]) =>
    selectPorts(cloud, options)
      .map(({ device_owner }) => device_owner)
      .toSorted()
  t.deepEqual(owners({ server: 'vm1' }), ['compute:nova'])
  t.deepEqual(owners({ network: 'public' }), ['network:floatingip', 'network:router_gateway'])
  t.deepEqual(owners({ router: 'edge', network: 'private' }), [
    'network:router_interface',
    'network:router_interface',
  ])
  t.deepEqual(owners({ deviceOwner: 'network:dhcp' }), ['network:dhcp', 'network:dhcp'])
  t.deepEqual(owners({ host: 'nowhere' }), [])
})

test("a port is ACTIVE where its link stands, and a floating IP's is N/A", t => {
  const statusOf = (owner: string, isWired: boolean) => {
    const port = cloud.ports.find(({ device_owner }) => device_owner === owner)
    return port && rowOf(cloud, port, isWired).Status?.text
  }
  t.is(statusOf('compute:nova', true), 'ACTIVE')
  t.is(statusOf('compute:nova', false), 'DOWN')
  t.is(statusOf('network:floatingip', false), 'N/A')
})
