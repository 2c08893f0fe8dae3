import { readFileSync } from 'node:fs'
import type { AgentPort, MetadataAgentConfig } from '../../src/neutron/metadata-agent/config.ts'
import type { NovaMetadataConfig } from '../../src/nova/config.ts'
import type { DeviceView, InstanceView, Vif } from '../../src/nova/instance-view.ts'
import { novaApi } from '../fixtures/nova-options.ts'

/** The recorded cloud's nova-api-metadata: every value as Nova read it back. */
export function goldenNovaConfig(): NovaMetadataConfig {
  return {
    ...ownUser,
    release: 'zed',
    metadata_listen: '127.0.0.1',
    metadata_listen_port: 8775,
    metadata_proxy_shared_secret: secret,
    api: { ...novaApi, vendordata: orderKeys(recorded.vendor_data, ['peer', 'cloud-init']) },
    instances: recorded.instances.map(makeView),
    pidFile: '/dev/null',
    passwordFile: '/nowhere/at/all/passwords.json',
  }
}

/** The recorded cloud's metadata agent. */
export function goldenAgentConfig(): MetadataAgentConfig {
  return {
    ...ownUser,
    release: 'zed',
    metadata_proxy_socket: '/nowhere',
    metadata_proxy_shared_secret: secret,
    nova_metadata_host: '127.0.0.1',
    nova_metadata_port: 8775,
    ports: [...recorded.all_ports.map(makePort), ...listInfrastructurePorts()],
    pidFile: '/dev/null',
  }
}

/** The headers that a guest's proxy adds. */
export function proxyHeaders(guest: string): [string, string][] {
  const [address, network] = guests[guest] ?? []
  if (address === undefined || network === undefined) throw new Error(`no guest named ${guest}`)
  return [
    [network === routerId ? 'X-Neutron-Router-ID' : 'X-Neutron-Network-ID', network],
    ['X-Forwarded-For', network === routerId ? `::ffff:${address}` : address],
  ]
}

function makeView(instance: RecordedInstance): InstanceView {
  return {
    ...instance,
    ec2_ids: instance.ec2,
    metadata: orderKeys(instance.metadata, metadataOrder),
    security_groups: instance.security_groups,
    devices: instance.devices.map(device => ({
      ...device,
      bus: device.bus.replace('virtio-', ''),
    })),
    network_info: instance.network_info_cache.map(makeVif),
  }
}

function makeVif({ id, address, devname, type, network }: RecordedVif): Vif {
  return {
    id,
    address,
    devname,
    type,
    network: {
      id: network.id,
      mtu: network.meta.mtu,
      subnets: network.subnets.map(subnet => ({
        version: subnet.version,
        cidr: subnet.cidr,
        gateway: subnet.gateway.address,
        dns: subnet.dns.map(server => server.address),
        routes: subnet.routes.map(({ cidr, gateway }) => ({ cidr, gateway: gateway.address })),
        ips: subnet.ips.map(ip => ({
          address: ip.address,
          floating_ips: ip.floating_ips.map(floating => floating.address),
        })),
        dhcp_server: subnet.meta.dhcp_server ?? null,
        enable_dhcp: false,
        ipv6_address_mode: subnet.meta.ipv6_address_mode ?? null,
      })),
    },
  }
}

function makePort(port: RecordedPort): AgentPort {
  const instance = recorded.instances.find(({ name }) => name === port.instance)
  const absent = recorded.absent_instances[port.instance ?? '']
  return {
    network_id: findNetwork(port.net),
    project_id: recorded.projects[port.project ?? (port.net === 'c' ? 'two' : 'one')] ?? '',
    mac_address: port.mac,
    device_owner: 'compute:nova',
    device_id: instance?.uuid ?? absent ?? '',
    ip_addresses: port.ips,
  }
}

/** DHCP ports, and the router's interfaces: one for each of its subnets. */
function listInfrastructurePorts(): AgentPort[] {
  const dhcp = recorded.networks.flatMap(({ id, dhcp_port }) =>
    dhcp_port ? [makeInfrastructurePort(id, 'network:dhcp', `dhcp-${id}`, dhcp_port.ip)] : [],
  )
  const router = recorded.networks
    .filter(({ key }) => recorded.router.networks.includes(key))
    .flatMap(({ id, subnets }) =>
      subnets.map(({ gateway_ip }) =>
        makeInfrastructurePort(id, 'network:router_interface', routerId, gateway_ip ?? ''),
      ),
    )
  return [...dhcp, ...router]
}

function makeInfrastructurePort(
  network_id: string,
  device_owner: AgentPort['device_owner'],
  device_id: string,
  address: string,
): AgentPort {
  const mac_address = 'fa:16:3e:00:00:00'
  return {
    network_id,
    project_id: '',
    mac_address,
    device_owner,
    device_id,
    ip_addresses: [address],
  }
}

function findNetwork(key: string): string {
  const network = recorded.networks.find(candidate => candidate.key === key)
  if (network === undefined) throw new Error(`no network ${key}`)
  return network.id
}

/** The recording sorted the keys; the service gives them in the order of its database. */
function orderKeys<Value>(
  record: Readonly<Record<string, Value>>,
  order: readonly string[],
): Readonly<Record<string, Value>> {
  const rank = (key: string) => order.indexOf(key)
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => rank(a) - rank(b)))
}

interface RecordedInstance extends Omit<InstanceView, 'devices' | 'network_info' | 'ec2_ids'> {
  readonly name: string
  readonly ec2: InstanceView['ec2_ids']
  readonly devices: readonly DeviceView[]
  readonly network_info_cache: readonly RecordedVif[]
}

interface RecordedVif extends Omit<Vif, 'network'> {
  readonly network: {
    readonly id: string
    readonly meta: { readonly mtu: number }
    readonly subnets: readonly RecordedSubnet[]
  }
}

interface RecordedSubnet {
  readonly version: 4 | 6
  readonly cidr: string
  readonly gateway: { readonly address: string | null }
  readonly dns: readonly { readonly address: string }[]
  readonly routes: readonly {
    readonly cidr: string
    readonly gateway: { readonly address: string }
  }[]
  readonly ips: readonly {
    readonly address: string
    readonly floating_ips: readonly { readonly address: string }[]
  }[]
  readonly meta: { readonly dhcp_server?: string; readonly ipv6_address_mode?: string }
}

interface RecordedPort {
  readonly instance?: string | null
  readonly ips: readonly string[]
  readonly mac: string
  readonly net: string
  readonly project?: string
}

interface Recorded {
  readonly absent_instances: Readonly<Record<string, string>>
  readonly all_ports: readonly RecordedPort[]
  readonly instances: readonly RecordedInstance[]
  readonly networks: readonly {
    readonly id: string
    readonly key: string
    readonly dhcp_port?: { readonly ip: string }
    readonly subnets: readonly { readonly gateway_ip: string | null }[]
  }[]
  readonly projects: Readonly<Record<string, string>>
  readonly router: { readonly id: string; readonly networks: readonly string[] }
  readonly vendor_data: Readonly<Record<string, unknown>>
}

const recorded: Recorded = JSON.parse(
  readFileSync(new URL('recorded/instances.json', import.meta.url), 'utf8'),
)
const secret = 'peer-shared-secret'
const routerId = recorded.router.id
const ownUser = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
const metadataOrder = ['role', 'empty', 'utf8', 'quote"d key', 'groups', 'admin_pass', 'who']
/** Address, and the network or router whose proxy it comes through. */
const guests: Readonly<Record<string, readonly [string, string]>> = {
  alpha: ['10.77.0.11', findNetwork('a')],
  bravo: ['10.77.0.12', findNetwork('a')],
  delta: ['10.77.0.13', findNetwork('a')],
  echo: ['10.77.0.14', findNetwork('a')],
  ghost: ['10.77.0.66', findNetwork('a')],
  orphan: ['10.77.0.67', findNetwork('a')],
  stray: ['10.77.0.99', findNetwork('a')],
  charlie: ['10.78.0.21', routerId],
}
