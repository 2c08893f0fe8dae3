import type { Cloud, Host, HostRoute, Instance, Port, Subnet } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { networkOf } from '../neutron/network-ports.ts'
import { autoconfigurationSteps } from './autoconfiguration.ts'
import { hostNamespace, stepIds } from './names.ts'
import { plugPort } from './plug-port.ts'
import {
  type PortAddress,
  portAddressSteps,
  type Route,
  routeDestination,
  routeStep,
  withPrefix,
} from './port-address-steps.ts'
import { serviceStep } from './service-step.ts'
import type { ServiceStep, Step } from './step.ts'

interface GuestNic {
  readonly host: Host
  readonly facts: MachineFacts
  readonly namespace: string
  readonly source: readonly string[]
  readonly instance: Instance
  readonly port: Port
  readonly device: string
  readonly leaseDirectory: string
  readonly script: string
  /** Steps that the DHCP client needs besides its device and its server. */
  readonly needs: readonly string[]
}

/**
 * A guest's NIC: plugged, and addressed as cloud-init would: by DHCP or router advertisements, or static where the subnet
 * has no DHCP; IPv6 only where the machine has it.
 */
export function guestNicSteps(cloud: Cloud, nic: GuestNic): Step[] {
  const network = networkOf(cloud, nic.port.network_id)
  const place = { ...nic, host: nic.host.name }
  const subnets = subnetsOf(network.subnets, nic.port)
  const fixed = subnets.filter(
    ({ subnet }) => !subnet.enable_dhcp && (nic.facts.ipv6 || subnet.ip_version === 4),
  )
  const leased = subnets.filter(({ subnet }) => subnet.enable_dhcp && subnet.ip_version === 4)
  return [
    plugPort({ ...place, hostNamespace: hostNamespace(cloud.lab, nic.host.name), network }),
    ...portAddressSteps({
      ...place,
      addresses: fixed.map(({ subnet, address }) => withPrefix(subnet, address)),
    }),
    ...routeStep({
      ...place,
      routes: staticRoutes(
        fixed.map(({ subnet }) => subnet),
        nic.device,
      ),
      after: [nic.port.id],
    }).map(step => ({ ...step, id: `routes:${nic.namespace}:${nic.device}` })),
    ...(leased.length > 0
      ? [
          leaseStep(
            cloud,
            nic,
            leased.map(({ subnet, address }) => withPrefix(subnet, address)),
          ),
        ]
      : []),
    ...autoconfigurationSteps(cloud, place, nic.facts),
  ]
}

/** udhcpc in the guest, asking for option 121; it goes to the background with the lease and renews it. */
function leaseStep(cloud: Cloud, nic: GuestNic, addresses: readonly PortAddress[]): ServiceStep {
  const base = `${nic.leaseDirectory}/${nic.device}`
  return serviceStep({
    name: `udhcpc-${nic.instance.name}-${nic.device}`,
    service: 'udhcpc',
    host: nic.host.name,
    phase: 'guests',
    needs: [
      ...nic.needs,
      stepIds.addresses(nic.port.id),
      stepIds.service(`dnsmasq-${nic.port.network_id}`),
      stepIds.directory(`${cloud.neutron.state_path}/log`),
    ],
    why: `${nic.instance.name} leases its address on ${nic.device}`,
    source: nic.source,
    namespace: nic.namespace,
    argv: udhcpcCommand(nic.device, `${base}.pid`, nic.script),
    environment: { LEASE_FILE: `${base}.lease` },
    daemonizes: true,
    pidFile: `${base}.pid`,
    logFile: `${cloud.neutron.state_path}/log/udhcpc-${nic.instance.name}.log`,
    commandLineHolds: `${base}.pid`,
    listens: [],
    leases: addresses.map(({ address }) => ({ device: nic.device, address })),
    leaves: [`${base}.pid`, `${base}.lease`],
    supervised: false,
  })
}

/** Ten tries a second apart, then a failure, where a booting guest would go on for minutes. */
function udhcpcCommand(device: string, pidFile: string, script: string): string[] {
  const options = ['-O', 'staticroutes', '-O', 'mtu', '-t', '10', '-T', '1', '-n']
  return ['udhcpc', '-i', device, ...options, '-p', pidFile, '-s', script]
}

interface PortSubnet {
  readonly subnet: Subnet
  readonly address: string
}

function subnetsOf(subnets: readonly Subnet[], port: Port): PortSubnet[] {
  return port.fixed_ips.flatMap(fixedIp => {
    const subnet = subnets.find(({ id }) => id === fixedIp.subnet_id)
    return subnet === undefined ? [] : [{ subnet, address: fixedIp.ip_address }]
  })
}

/**
 * The routes that network_data.json gives for subnets without DHCP: of each the default route, then the host routes.
 * A destination is reached by the first that names it.
 */
function staticRoutes(subnets: readonly Subnet[], device: string): Route[] {
  const routes = subnets.flatMap(subnet =>
    routesOf(subnet).map(({ destination, nexthop }) => ({
      arguments: `replace ${destination} via ${nexthop} dev ${device}${metricOf(device)}`,
      family: subnet.ip_version,
    })),
  )
  const target = (route: Route) => `${route.family} ${routeDestination(route.arguments)}`
  return routes.filter(
    (route, position) => routes.findIndex(other => target(other) === target(route)) === position,
  )
}

function routesOf({ gateway_ip, host_routes }: Subnet): readonly HostRoute[] {
  if (gateway_ip === null) return host_routes
  return [{ destination: 'default', nexthop: gateway_ip }, ...host_routes]
}

/** The first NIC's routes are preferred; udhcpcScript does the same with leases. */
function metricOf(device: string): string {
  return device === 'eth0' ? '' : ` metric 200${device.slice('eth'.length)}`
}
