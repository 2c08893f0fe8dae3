import test from 'ava'
import { floatingIpsOf, goldenCloud } from './cloud.ts'
import { networkOf, projectOf, type RecordedNetwork, recordedCloud } from './recorded-cloud.ts'

test('golden.yaml has the recorded networks, subnets and DHCP ports', t => {
  const derived = goldenCloud.networks.map(({ id, name, project_id, subnets, ...network }) => ({
    id,
    name,
    project_id,
    external: network['router:external'],
    dhcp_port: describeDhcpPort(id),
    subnets: subnets.map(({ network_id, allocation_pools, ...subnet }) => subnet),
  }))
  t.deepEqual(derived, recordedCloud.networks.map(describeNetwork))
})

test('golden.yaml has the recorded ports of machines', t => {
  const ports = goldenCloud.ports
    .filter(({ device_owner }) => device_owner === 'compute:nova' || device_owner === '')
    .map(({ id, mac_address: mac, network_id, project_id, device_id, fixed_ips }) => ({
      id,
      mac,
      network_id,
      project_id,
      device_id,
      ips: fixed_ips.map(({ ip_address }) => ip_address),
      floating: floatingIpsOf(id),
    }))
  const recorded = recordedCloud.all_ports.map(port => ({
    id: port.id,
    mac: port.mac,
    network_id: networkOf(port.net).id,
    project_id: projectOf(port.project ?? networkOf(port.net).project),
    device_id: deviceOf(port.instance),
    ips: [...port.ips],
    floating: port.floating === undefined ? [] : [port.floating.ip],
  }))
  t.deepEqual(byId(ports), byId(recorded))
})

test('golden.yaml has the recorded router', t => {
  const { id, name, project, external, networks } = recordedCloud.router
  t.deepEqual(goldenCloud.routers, [
    {
      id,
      name,
      project_id: projectOf(project),
      host: 'controller',
      external_gateway_info: { network_id: networkOf(external).id, enable_snat: true },
    },
  ])
  const joined = goldenCloud.ports
    .filter(({ device_owner }) => device_owner === 'network:router_interface')
    .map(({ network_id }) => network_id)
  t.deepEqual(
    [...new Set(joined)],
    networks.map(key => networkOf(key).id),
  )
})

test('golden.yaml has the recorded guests with their NICs, of which one has no port', t => {
  const derived = goldenCloud.guests.map(({ name, nics }) => ({
    name,
    nics: nics.map(({ id, has_port, fixed_ips, mac_address, network_id }) =>
      has_port
        ? { port: id }
        : { ips: fixed_ips.map(({ ip_address }) => ip_address), mac: mac_address, network_id },
    ),
  }))
  const recorded = recordedCloud.guests.map(({ name, nics }) => ({
    name,
    nics: nics.map(({ net, ...nic }) =>
      net === undefined ? nic : { ...nic, network_id: networkOf(net).id },
    ),
  }))
  t.deepEqual(byName(derived), byName(recorded))
})

test('golden.yaml has the recorded vendor data', t => {
  t.deepEqual(goldenCloud.nova.api.vendordata, recordedCloud.vendor_data)
})

/** The recording leaves out what it did not set, and the DHCP ports where nothing served. */
function describeNetwork({ id, name, project, kind, dhcp_port, subnets }: RecordedNetwork) {
  const isExternal = kind === 'external'
  return {
    id,
    name,
    project_id: projectOf(project),
    external: isExternal,
    dhcp_port,
    subnets: subnets.map(({ ipv6_mode = null, enable_dhcp = !isExternal, ...subnet }) => ({
      ...subnet,
      enable_dhcp,
      ipv6_ra_mode: ipv6_mode,
      ipv6_address_mode: ipv6_mode,
      advanced_service_providers: [],
    })),
  }
}

function describeDhcpPort(networkId: string): RecordedNetwork['dhcp_port'] {
  const isRecorded = recordedCloud.networks.some(
    network => network.id === networkId && network.dhcp_port,
  )
  const port = goldenCloud.ports.find(
    ({ network_id, device_owner }) => network_id === networkId && device_owner === 'network:dhcp',
  )
  if (port === undefined || !isRecorded) return undefined
  const [fixed] = port.fixed_ips
  return { id: port.id, ip: fixed?.ip_address ?? '', mac_address: port.mac_address }
}

function deviceOf(instance: string | null): unknown {
  if (instance === null) return ''
  const recorded = recordedCloud.instances.find(({ name }) => name === instance)
  return recorded?.uuid ?? recordedCloud.absent_instances[instance]
}

function byName<Item extends { readonly name: string }>(list: readonly Item[]): Item[] {
  return list.toSorted((one, other) => one.name.localeCompare(other.name))
}

function byId<Item extends { readonly id: string }>(list: readonly Item[]): Item[] {
  return list.toSorted((one, other) => one.id.localeCompare(other.id))
}
