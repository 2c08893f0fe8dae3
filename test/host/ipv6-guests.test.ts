import { readFileSync } from 'node:fs'
import { linkLocalAddress } from '../../src/neutron/router-advertisements.ts'
import { lab, hostTest as test, waitFor, withTopologyFile } from './support/lab.ts'
import { addressesIn, fetchIn, linesOf, readIn, routesIn } from './support/namespace.ts'
import { runningOf, statusOf } from './support/services.ts'
import { type BuiltLab, namesIn, standingLabs } from './support/standing-labs.ts'

const modes = {
  slaac: 'ipv6_ra_mode: slaac, ipv6_address_mode: slaac',
  stateless: 'ipv6_ra_mode: dhcpv6-stateless, ipv6_address_mode: dhcpv6-stateless',
  stateful: 'ipv6_ra_mode: dhcpv6-stateful, ipv6_address_mode: dhcpv6-stateful',
  unset: '',
}
type Mode = keyof typeof modes
const modeNames: readonly Mode[] = ['slaac', 'stateless', 'stateful', 'unset']

/** fd00:1::/64 on, with a DNS server and an instance on each: `slaac` and `r-slaac`, which is on the router, and so on. */
function networksOf(names: readonly string[]) {
  const prefixes = names.map((_, at) => `fd00:${at + 1}::`)
  const subnet = (name: string, at: number) => {
    const mode = modes[name.replace('r-', '') as Mode]
    return `{cidr: "${prefixes[at]}/64", ${mode}${mode && ', '}dns_nameservers: ["2001:db8::${at + 1}"]}`
  }
  return {
    networks: names.map((name, at) => `  ${name}: {subnets: [${subnet(name, at)}]}`).join('\n'),
    instances: names
      .map(
        (name, at) =>
          `  vm-${name}: {networks: [{name: ${name}, mac_address: "fa:16:3e:00:06:0${at}"}]}`,
      )
      .join('\n'),
  }
}

const routedNames = modeNames.map(mode => `r-${mode}`)
const every = networksOf([...modeNames, ...routedNames])
const newest = `
neutron: {dhcp_agent: {enable_isolated_metadata: true}}
networks:
${every.networks}
  announced: {subnets: [{cidr: "fd00:a::/64", ipv6_ra_mode: dhcpv6-stateful}]}
  static: {subnets: [{cidr: "fd00:b::/64", enable_dhcp: false, dns_nameservers: ["2001:db8::b"]}]}
  long: {subnets: [{cidr: "fd00:c::/80"}]}
routers: {edge: {interfaces: [${routedNames.join(', ')}, announced, static]}}
instances:
${every.instances}
  vm-announced: {networks: [announced]}
  vm-static: {networks: [static]}
  vm-long: {networks: [{name: long, fixed_ip: "fd00:c::9"}]}
`

const few = networksOf(['slaac', 'stateful', 'r-slaac', 'r-stateful'])
const ussuri = `
neutron: {release: ussuri, dhcp_agent: {enable_isolated_metadata: true}}
networks:
${few.networks}
routers: {edge: {interfaces: [r-slaac, r-stateful]}}
instances:
${few.instances}
`

const dual = `
neutron: {dhcp_agent: {enable_isolated_metadata: true}}
networks:
  alone:
    subnets:
      - {cidr: 10.0.0.0/24, dns_nameservers: [192.0.2.1]}
      - {cidr: "fd00:1::/64", ${modes.stateful}, dns_nameservers: ["2001:db8::1"]}
  routed:
    subnets:
      - {cidr: 10.0.1.0/24, dns_nameservers: [192.0.2.2]}
      - {cidr: "fd00:2::/64", ${modes.slaac}, dns_nameservers: ["2001:db8::2"]}
      - {cidr: "fd00:3::/64", ${modes.slaac}}
routers: {edge: {interfaces: [routed]}}
instances:
  vm-alone: {networks: [alone]}
  vm-routed: {networks: [{name: routed, mac_address: "fa:16:3e:00:06:11"}]}
`

const labs = standingLabs({
  newest: { topology: newest },
  ussuri: { topology: ussuri },
  dual: { topology: dual },
})

const metadata = 'http://[fe80::a9fe:a9fe%25eth0]/openstack/latest/meta_data.json'

/** Global IPv6 addresses as `ip` words them, shortened to what configured them. */
async function globalAddresses(namespace: string): Promise<string[]> {
  const addresses = await addressesIn(namespace, 'eth0')
  return addresses
    .filter(address => address.startsWith('inet6') && address.includes('scope global'))
    .map(address => address.replace('inet6 ', ''))
    .sort()
}

async function resolverOf(namespace: string): Promise<string[]> {
  return linesOf(await readIn(namespace, 'cat', '/etc/resolv.conf'))
}

async function uuidByIpv6(namespace: string): Promise<string> {
  const { status, body } = await fetchIn(namespace, metadata, '-g')
  return status === 200 ? JSON.parse(body).uuid : `status ${status}`
}

/** Destinations of the routes that routers have told of, with the next hop. */
async function advertisedRoutes(namespace: string): Promise<string[]> {
  const routes = await routesIn(namespace, '-6')
  return routes
    .filter(route => route.includes('proto ra'))
    .map(route => route.replace(/ dev .*/, ''))
}

function routerOn({ cloud }: BuiltLab, network: string): string {
  const id = cloud.networks.find(({ name }) => name === network)?.id
  const port = cloud.ports.find(
    ({ network_id, device_owner, fixed_ips }) =>
      network_id === id &&
      device_owner === 'network:router_interface' &&
      fixed_ips.some(({ ip_address }) => ip_address.includes(':')),
  )
  if (port === undefined) throw new Error(`No router on ${network}`)
  return linkLocalAddress(port)
}

function addressOf({ cloud }: BuiltLab, name: string): string {
  const guest = cloud.guests.find(candidate => candidate.name === name)
  const addresses = guest?.nics.flatMap(({ fixed_ips }) => fixed_ips) ?? []
  return addresses.find(({ ip_address }) => ip_address.includes(':'))?.ip_address ?? ''
}

const eui64 = (at: number) =>
  `fd00:${at + 1}::f816:3eff:fe00:60${at}/64 scope global dynamic mngtmpaddr`

test('on networks without a router guests have what DHCPv6 gives them, and metadata on the link', async t => {
  const built = labs('newest')
  const { guest, instance } = namesIn(built)
  const search = 'search openstacklocal.'
  for (const [at, mode] of modeNames.entries()) {
    const name = `vm-${mode}`
    const leases = mode === 'stateful' || mode === 'unset'
    t.deepEqual(
      await globalAddresses(guest(name)),
      leases ? [`${addressOf(built, name)}/128 scope global dynamic`] : [],
      name,
    )
    const resolver = [...(mode === 'slaac' ? [] : [search]), `nameserver 2001:db8::${at + 1}`]
    t.deepEqual(await resolverOf(guest(name)), resolver, name)
    t.deepEqual(await advertisedRoutes(guest(name)), [], name)
    t.is(await uuidByIpv6(guest(name)), instance(name).id, name)
  }
})

test('behind a router guests have that, what it advertises, and its way to metadata', async t => {
  const built = labs('newest')
  const { guest, instance } = namesIn(built)
  for (const [index, network] of routedNames.entries()) {
    const name = `vm-${network}`
    const at = index + modeNames.length
    const leases = network === 'r-stateful' || network === 'r-unset'
    const expected = leases ? `${addressOf(built, name)}/128 scope global dynamic` : eui64(at)
    t.deepEqual(await globalAddresses(guest(name)), [expected], name)
    t.true((await resolverOf(guest(name))).includes(`nameserver 2001:db8::${at + 1}`), name)
    const router = routerOn(built, network)
    t.deepEqual(await advertisedRoutes(guest(name)), [
      `default via ${router}`,
      `fe80::a9fe:a9fe via ${router}`,
    ])
    t.is(await uuidByIpv6(guest(name)), instance(name).id, name)
  }
})

test('where another server should answer DHCPv6 a guest has its link-local address, and metadata', async t => {
  const { guest, instance } = namesIn(labs('newest'))
  t.deepEqual(await globalAddresses(guest('vm-announced')), [])
  t.is(await uuidByIpv6(guest('vm-announced')), instance('vm-announced').id)
})

test('a guest with static addresses does not learn the way to the router’s metadata', async t => {
  const { guest } = namesIn(labs('newest'))
  t.deepEqual(await globalAddresses(guest('vm-static')), [
    `${addressOf(labs('newest'), 'vm-static')}/64 scope global`,
  ])
  t.deepEqual(await resolverOf(guest('vm-static')), ['nameserver 2001:db8::b'])
  t.is((await fetchIn(guest('vm-static'), metadata, '-g', '-m', '1')).status, 0)
})

test('a prefix longer than 64 is leased from', async t => {
  const { guest } = namesIn(labs('newest'))
  t.deepEqual(await globalAddresses(guest('vm-long')), ['fd00:c::9/128 scope global dynamic'])
})

test('dnsmasq knows the guest by its MAC, and writes its lease down', async t => {
  const { cloud, statePath } = labs('newest')
  const network = cloud.networks.find(({ name }) => name === 'stateful')
  const read = (name: string) => readFileSync(`${statePath}/dhcp/${network?.id}/${name}`, 'utf8')
  const address = addressOf(labs('newest'), 'vm-stateful')
  const host = `host-${address.replaceAll(':', '-')}`
  const lines = linesOf(read('host'))
  t.true(lines.includes(`fa:16:3e:00:06:02,tag:dhcpv6,${host}.openstacklocal,[${address}]`))
  t.regex(
    read('leases'),
    new RegExp(`^\\d+ \\d+ ${address} ${host} 00:03:00:01:fa:16:3e:00:06:02$`, 'm'),
  )
})

test('on two stacks a guest has the addresses and DNS servers of both, and metadata by both', async t => {
  const built = labs('dual')
  const { guest, instance } = namesIn(built)
  const leased = `${addressOf(built, 'vm-alone')}/128 scope global dynamic`
  t.deepEqual(await globalAddresses(guest('vm-alone')), [leased])
  t.deepEqual(
    await globalAddresses(guest('vm-routed')),
    ['fd00:2', 'fd00:3'].map(
      prefix => `${prefix}::f816:3eff:fe00:611/64 scope global dynamic mngtmpaddr`,
    ),
  )
  for (const [at, name] of ['vm-alone', 'vm-routed'].entries()) {
    t.deepEqual(await resolverOf(guest(name)), [
      'search openstacklocal',
      `nameserver 192.0.2.${at + 1}`,
      `nameserver 2001:db8::${at + 1}`,
    ])
    t.is(await uuidByIpv6(guest(name)), instance(name).id, name)
    const { body } = await fetchIn(guest(name), '/openstack/latest/meta_data.json')
    t.is(JSON.parse(body).uuid, instance(name).id, name)
  }
})

test('before Victoria guests have the same addresses, and no metadata by IPv6', async t => {
  const built = labs('ussuri')
  const { guest } = namesIn(built)
  const leased = (name: string) => `${addressOf(built, name)}/128 scope global dynamic`
  t.deepEqual(await globalAddresses(guest('vm-slaac')), [])
  t.deepEqual(await globalAddresses(guest('vm-stateful')), [leased('vm-stateful')])
  t.deepEqual(await globalAddresses(guest('vm-r-slaac')), [eui64(2)])
  t.deepEqual(await globalAddresses(guest('vm-r-stateful')), [leased('vm-r-stateful')])
  t.deepEqual(await advertisedRoutes(guest('vm-r-slaac')), [
    `default via ${routerOn(built, 'r-slaac')}`,
  ])
  const fetches = ['vm-slaac', 'vm-stateful', 'vm-r-slaac', 'vm-r-stateful'].map(name =>
    fetchIn(guest(name), metadata, '-g', '-m', '1'),
  )
  t.deepEqual(
    (await Promise.all(fetches)).map(({ status }) => status),
    [0, 0, 0, 0],
  )
})

test('up fetches by IPv6 where a guest has nothing else, and says why not where Neutron has none', async t => {
  t.regex(
    labs('newest').up.stdout,
    /vm-slaac fetched http:\/\/\[fe80::a9fe:a9fe%25eth0\]\/openstack/,
  )
  const { exitCode, stdout } = labs('ussuri').up
  t.is(exitCode, 0)
  t.regex(stdout, /vm-slaac gets no metadata from http:\/\/169\.254\.169\.254/)
  t.regex(stdout, /Neutron ussuri serves metadata by IPv4; IPv6 came with Victoria/)
})

test('a reboot tells the way by IPv6 where a guest has nothing else', async t => {
  const { name } = labs('newest')
  const { stdout } = await lab(['--lab', name, 'instance', 'reboot', 'vm-slaac', 'vm-r-slaac'])
  t.regex(stdout, /vm-slaac is up again: .*; fe80::a9fe:a9fe dev eth0$/m)
  t.regex(stdout, /vm-r-slaac is up again: .*; fe80::a9fe:a9fe via fe80::\S+ dev eth0$/m)
})

test('status misses a leased address and a client, and up has them leased anew', async t => {
  const { name } = labs('ussuri')
  const { guest } = namesIn(labs('ussuri'))
  const address = `${addressOf(labs('ussuri'), 'vm-r-stateful')}/128`
  const flush = ['ip', '-6', 'address', 'flush', 'dev', 'eth0', 'scope', 'global']
  await readIn(guest('vm-r-stateful'), ...flush)
  const differences = async () => (await statusOf(name)).differences.map(({ text }) => text)
  const lost = `dhclient-vm-r-stateful-eth0 has not leased ${address} on eth0`
  t.deepEqual(await differences(), [lost])
  // The first of them, which is vm-stateful's; no agent and no supervisor puts a guest's own client back.
  process.kill(runningOf(name, 'dhclient').pid, 'SIGTERM')
  const ended = 'dhclient-vm-stateful-eth0 does not run'
  await waitFor('the end of the client', async () => (await differences()).includes(ended))
  await withTopologyFile(ussuri, async path => {
    const again = await lab(['up', path, '--name', name])
    t.is(again.exitCode, 0, again.stderr)
  })
  t.deepEqual(await differences(), [])
  t.deepEqual(await globalAddresses(guest('vm-r-stateful')), [`${address} scope global dynamic`])
})
