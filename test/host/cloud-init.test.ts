import { gzipSync } from 'node:zlib'
import type { ExecutionContext } from 'ava'
import { parse } from 'yaml'
import type { Instance } from '../../src/cloud/instance.ts'
import { type CloudInitSeen, type CloudInitWish, unpackedCloudInit } from './support/cloud-init.ts'
import { hostTest as test } from './support/lab.ts'
import { readIn, runIn } from './support/namespace.ts'
import { type BuiltLab, namesIn, standingLabs } from './support/standing-labs.ts'

const key =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDExamplePublicKeyOfNobodyForTheLabsGuestsAA ops@example'
const userData = '#cloud-config\nfinal_message: "grüße"\n'
const compressed = gzipSync(userData).toString('base64')
const vendorData = '#cloud-config\nmanage_etc_hosts: true\n'

const cloud = `
nova:
  api: {vendordata: {cloud-init: "#cloud-config\\nmanage_etc_hosts: true\\n"}}
keypairs:
  ops: ${key}
instances:
  alpha:
    networks:
      - {name: private, fixed_ip: 192.168.30.21, mac_address: "fa:16:3e:00:00:21"}
      - {name: storage, fixed_ip: 10.20.0.21, mac_address: "fa:16:3e:00:00:22"}
    key_name: ops
    metadata: {role: web}
    user_data: "#cloud-config\\nfinal_message: \\"grüße\\"\\n"
    availability_zone: az-one
    launch_index: 2
    hostname: alpha-host
  beta:
    networks: [{name: private, fixed_ip: 192.168.30.22}]
    user_data: {base64: ${compressed}}
networks:
  private: {subnets: [{cidr: 192.168.30.0/24, dns_nameservers: [192.0.2.53]}]}
  storage:
    mtu: 1400
    subnets:
      - cidr: 10.20.0.0/24
        enable_dhcp: false
        gateway_ip: null
        dns_nameservers: [192.0.2.54]
        host_routes: [{destination: 10.30.0.0/16, nexthop: 10.20.0.254}]
`

const labs = standingLabs({
  dhcp: {
    topology: `name: cloud-init\nneutron: {dhcp_agent: {enable_isolated_metadata: true}}${cloud}`,
  },
  routed: {
    topology: `name: cloud-init
neutron: {release: zed}
routers: {edge: {external_gateway: public, interfaces: [private]}}${cloud}
  public: {"router:external": true, subnets: [{cidr: 203.0.113.0/24, enable_dhcp: false}]}
`,
  },
})

const read = unpackedCloudInit()

function each(
  title: string,
  body: (t: ExecutionContext, ask: Ask, built: BuiltLab) => Promise<void>,
): void {
  for (const key of ['dhcp', 'routed'] as const)
    test(`${key}: ${title}`, t => body(t, (...wish) => ask(labs(key), ...wish), labs(key)))
}

type Ask = (name: string, source: CloudInitWish['source']) => Promise<Found>
type Found = { readonly seen: CloudInitSeen; readonly instance: Instance }

async function ask(built: BuiltLab, name: string, source: CloudInitWish['source']) {
  const { guest, instance } = namesIn(built)
  const { id } = instance(name)
  const seen = await read({ source, namespace: guest(name), instanceId: id })
  return { seen, instance: instance(name) }
}

each('cloud-init’s OpenStack source finds all of an instance', async (t, ask) => {
  const found = await ask('alpha', 'OpenStack')
  showsInstance(t, found)
  showsNetwork(t, found.seen)
  t.is(found.seen.ec2_metadata?.['local-ipv4'], '192.168.30.21')
})

function showsInstance(t: ExecutionContext, { seen, instance }: Found): void {
  t.is(seen.instance_id, instance.id)
  t.is(seen.hostname, 'alpha-host')
  t.deepEqual(seen.public_keys, [key])
  t.is(seen.availability_zone, 'az-one')
  t.is(decode(seen.user_data), userData)
  t.is(seen.vendor_data, vendorData)
  t.like(seen.metadata, { name: 'alpha', meta: { role: 'web' }, launch_index: 2 })
}

function decode(base64: string | null): string {
  return Buffer.from(base64 ?? '', 'base64').toString()
}

/** One NIC by DHCP and one with what nova says of its subnet; all DNS servers, as network_data.json has them on top. */
function showsNetwork(t: ExecutionContext, { netplan }: CloudInitSeen): void {
  const { version, ethernets } = parse(netplan ?? '').network
  t.is(version, 2)
  t.deepEqual(Object.keys(ethernets), ['eth0', 'eth1'])
  t.like(ethernets.eth0, { dhcp4: true, match: { macaddress: 'fa:16:3e:00:00:21' } })
  t.is(ethernets.eth0.addresses, undefined)
  t.like(ethernets.eth1, {
    addresses: ['10.20.0.21/24'],
    match: { macaddress: 'fa:16:3e:00:00:22' },
    mtu: 1400,
    routes: [{ to: '10.30.0.0/16', via: '10.20.0.254' }],
  })
  t.is(ethernets.eth1.dhcp4, undefined)
  t.true(ethernets.eth1.nameservers.addresses.includes('192.0.2.54'))
}

each(
  'cloud-init gets user data that is gzip as its release passes it on',
  async (t, ask, { cloud }) => {
    const { seen, instance } = await ask('beta', 'OpenStack')
    t.is(seen.instance_id, instance.id)
    t.is(seen.hostname, 'beta')
    t.deepEqual(seen.public_keys, [])
    // The agent that is a socket server unpacks it.
    if (cloud.neutron.release === 'zed') t.is(seen.user_data, compressed)
    else t.is(decode(seen.user_data), userData)
  },
)

each('cloud-init’s EC2 source finds the same instance', async (t, ask) => {
  const { seen, instance } = await ask('alpha', 'Ec2')
  t.is(seen.instance_id, `i-${instance.ec2_id.toString(16).padStart(8, '0')}`)
  t.is(seen.hostname, 'alpha-host')
  t.deepEqual(seen.public_keys, [key])
  t.is(seen.availability_zone, 'az-one')
  t.is(decode(seen.user_data), userData)
  t.like(seen.metadata, {
    'local-ipv4': '192.168.30.21',
    'ami-launch-index': '2',
    'instance-type': 'm1.small',
    'security-groups': 'default',
    placement: { 'availability-zone': 'az-one' },
    'block-device-mapping': { ami: 'vda', root: '/dev/vda' },
  })
})

each('the requests of a CirrOS image find the instance', async (t, _ask, built) => {
  const { guest, instance } = namesIn(built)
  const id = `i-${instance('alpha').ec2_id.toString(16).padStart(8, '0')}`
  const expected = {
    'meta-data/instance-id': id,
    'meta-data/public-keys': '0=ops',
    'meta-data/public-keys/0/openssh-key': key,
    'meta-data/ami-launch-index': '2',
    'meta-data/instance-type': 'm1.small',
    'meta-data/local-ipv4': '192.168.30.21',
    'meta-data/public-ipv4': '',
    'meta-data/hostname': 'alpha-host.novalocal',
    'meta-data/local-hostname': 'alpha-host.novalocal',
    'user-data': userData,
    'meta-data/block-device-mapping': 'ami\nroot',
    'meta-data/block-device-mapping/ami': 'vda',
    'meta-data/block-device-mapping/root': '/dev/vda',
    'meta-data/public-hostname': 'alpha-host.novalocal',
    'meta-data/placement/availability-zone': 'az-one',
  }
  for (const [path, text] of Object.entries(expected)) {
    // As ec2metadata of CirrOS 0.5 and later calls curl.
    const url = `http://169.254.169.254/2009-04-04/${path}`
    const { exitCode, stdout } = await runIn(guest('alpha'), [
      ...['curl', '--fail', '--silent', '--max-time', '10', '--retry', '3', url],
    ])
    t.deepEqual([path, exitCode, stdout], [path, 0, text.trimEnd()])
  }
})

each('cloud-init finds an instance before its network is configured', async (t, ask, built) => {
  // With the addresses go the routes. cloud-init leases what it needs, and gives it back.
  await readIn(namesIn(built).guest('alpha'), 'ip', 'address', 'flush', 'dev', 'eth0')
  const found = await ask('alpha', 'OpenStackLocal')
  showsInstance(t, found)
  showsNetwork(t, found.seen)
})
