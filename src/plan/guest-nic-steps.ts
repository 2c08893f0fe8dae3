import type { Cloud, Host, HostRoute, Subnet } from '../cloud/cloud.ts'
import type { Guest, Nic } from '../cloud/guest.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { leasedAddress } from '../neutron/leased-address.ts'
import { metadataAddress } from '../neutron/metadata-address.ts'
import { metadataNexthop } from '../neutron/metadata-decisions.ts'
import { networkOf } from '../neutron/network-ports.ts'
import { autoconfigurationSteps, autoconfigurationSysctls } from './autoconfiguration.ts'
import { bridgedOn } from './bridged-on.ts'
import { dhclientSteps } from './dhclient-step.ts'
import { guestIpv6Of } from './guest-ipv6.ts'
import { leasedStep } from './leased-step.ts'
import { onHost, stepIds } from './names.ts'
import { plugPort } from './plug-port.ts'
import {
  portAddressSteps,
  type Route,
  routeDestination,
  routeStep,
  withPrefix,
} from './port-address-steps.ts'
import type { Reach } from './reach.ts'
import { serviceStep } from './service-step.ts'
import { socketOn } from './site.ts'
import type { ServiceStep, Step } from './step.ts'

interface GuestNic extends Reach {
  readonly host: Host
  readonly facts: MachineFacts
  readonly namespace: string
  readonly source: readonly string[]
  readonly guest: Guest
  readonly nic: Nic
  readonly device: string
  readonly leaseDirectory: string
  readonly script: string
  /** Steps that DHCP clients need besides their device, server and script. */
  readonly needs: readonly string[]
}

/**
 * A guest's NIC: plugged, and addressed as cloud-init would: by DHCP, router advertisements and DHCPv6 (`GuestIpv6`), or
 * static where the subnet has no DHCP; IPv6 only where the machine has it. Neutron gives nothing to one without a port, so
 * all of it is static.
 */
export function guestNicSteps(cloud: Cloud, wish: GuestNic): Step[] {
  const { nic, facts } = wish
  const network = networkOf(cloud, nic.network_id)
  const place = { ...wish, host: wish.host.name, port: nic }
  const subnets = subnetsOf(network.subnets, nic)
  const fixed = subnets.filter(
    ({ subnet }) => !isServed(nic, subnet) && (facts.ipv6 || subnet.ip_version === 4),
  )
  const leased = subnets.filter(({ subnet }) => isServed(nic, subnet) && subnet.ip_version === 4)
  const sysctls = autoconfigurationSysctls(cloud, place, facts)
  const autoconfigured = autoconfigurationSteps(cloud, place, facts, pathsOf(cloud, nic.network_id))
  const { client } = guestIpv6Of(cloud, nic, facts)
  return [
    plugPort({ ...place, socket: socketOn(cloud, wish.host, network) }),
    ...sysctls,
    ...portAddressSteps({
      ...place,
      addresses: fixed.map(({ subnet, address }) => withPrefix(subnet, address)),
    }).map(step => ({
      ...step,
      needs: [...step.needs, ...sysctls.map(({ id }) => id)],
      // What the guest has leased or made itself is none of the step's, and would stay.
      removeLines: [`address flush dev ${wish.device} scope global`],
    })),
    ...routeStep({
      ...place,
      routes: staticRoutes(
        fixed.map(({ subnet }) => ({
          family: subnet.ip_version,
          routes: nic.has_port ? routesOf(subnet) : ownRoutesOf(cloud, subnet),
        })),
        wish.device,
      ),
      after: [nic.id],
    }).map(step => ({ ...step, id: `routes:${wish.namespace}:${wish.device}` })),
    ...(leased.length > 0
      ? leaseSteps(
          cloud,
          wish,
          leased.map(({ subnet, address }) => leasedAddress(cloud, subnet, address)),
        )
      : []),
    ...autoconfigured,
    ...(client === null
      ? []
      : dhclientSteps(cloud, {
          ...place,
          nic,
          client,
          needs: [
            ...wish.needs,
            ...serversOf(cloud, nic.network_id),
            ...autoconfigured.map(({ id }) => id),
          ],
        })),
  ]
}

function isServed({ has_port }: Nic, { enable_dhcp }: Subnet): boolean {
  return has_port && enable_dhcp
}

/**
 * udhcpc in the guest, asking for option 121; it goes to the background with the lease and renews it, or without one and asks
 * on. Where somebody can answer, the guest has come up with its lease alone.
 */
function leaseSteps(cloud: Cloud, wish: GuestNic, addresses: readonly string[]): Step[] {
  const base = `${wish.leaseDirectory}/${wish.device}`
  const client = clientStep(cloud, wish, addresses, base)
  return wish.isAnswered ? [client, leasedStep(client, `${base}.lease`, wish.device)] : [client]
}

function clientStep(
  cloud: Cloud,
  wish: GuestNic,
  addresses: readonly string[],
  base: string,
): ServiceStep {
  return serviceStep({
    name: `udhcpc-${wish.guest.name}-${wish.device}`,
    service: 'udhcpc',
    host: wish.host.name,
    phase: 'guests',
    needs: [
      ...wish.needs,
      stepIds.file(wish.script),
      stepIds.addresses(wish.nic.id),
      ...serversOf(cloud, wish.nic.network_id),
      stepIds.directory(`${cloud.neutron.state_path}/log`),
    ],
    why: `${wish.guest.name} leases its address on ${wish.device}`,
    source: wish.source,
    namespace: wish.namespace,
    argv: udhcpcCommand(wish, `${base}.pid`),
    environment: { LEASE_FILE: `${base}.lease` },
    daemonizes: true,
    pidFile: `${base}.pid`,
    logFile: `${cloud.neutron.state_path}/log/udhcpc-${wish.guest.name}.log`,
    commandLineHolds: `${base}.pid`,
    listens: [],
    leases: wish.isAnswered ? addresses.map(address => ({ device: wish.device, address })) : [],
    leaves: [`${base}.pid`, `${base}.lease`],
    // With every event.
    reloads: { signal: null, files: [{ id: stepIds.file(wish.script) }] },
    supervised: false,
  })
}

/** Every DHCP server of a network, and the tunnels by which it is reached from other hosts. */
function serversOf(cloud: Cloud, networkId: string): string[] {
  const hosts = bridgedOn(cloud, networkOf(cloud, networkId))
  return [
    ...hosts.map(host => stepIds.service(`dnsmasq-${networkId}${onHost(cloud, host)}`)),
    ...pathsOf(cloud, networkId),
  ]
}

/** The tunnels of a network, and the hosts' own ways to them. */
function pathsOf(cloud: Cloud, networkId: string): string[] {
  const hosts = bridgedOn(cloud, networkOf(cloud, networkId))
  return [
    ...hosts.map(host => stepIds.tunnel(networkId, onHost(cloud, host))),
    ...hosts.map(host => stepIds.joined(host.name)),
  ]
}

/**
 * Three tries a second apart, and again every five seconds in the background. It is called alike whether anybody can answer
 * or not: a server that goes or comes back is no reason to begin anew.
 */
function udhcpcCommand({ device, script }: GuestNic, pidFile: string): string[] {
  const tries = ['-t', '3', '-T', '1', '-A', '5', '-b']
  const options = ['-O', 'staticroutes', '-O', 'mtu', ...tries]
  return ['udhcpc', '-i', device, ...options, '-p', pidFile, '-s', script]
}

interface PortSubnet {
  readonly subnet: Subnet
  readonly address: string
}

function subnetsOf(subnets: readonly Subnet[], nic: Nic): PortSubnet[] {
  return nic.fixed_ips.flatMap(fixedIp => {
    const subnet = subnets.find(({ id }) => id === fixedIp.subnet_id)
    return subnet === undefined ? [] : [{ subnet, address: fixedIp.ip_address }]
  })
}

interface SubnetRoutes {
  readonly family: 4 | 6
  readonly routes: readonly HostRoute[]
}

/** A destination is reached by the first that names it. */
function staticRoutes(subnets: readonly SubnetRoutes[], device: string): Route[] {
  const routes = subnets.flatMap(subnet =>
    subnet.routes.map(({ destination, nexthop }) => ({
      arguments: `replace ${destination} via ${nexthop} dev ${device}${metricOf(device)}`,
      family: subnet.family,
    })),
  )
  const target = (route: Route) => `${route.family} ${routeDestination(route.arguments)}`
  return routes.filter(
    (route, position) => routes.findIndex(other => target(other) === target(route)) === position,
  )
}

/** What network_data.json gives for a subnet without DHCP: the default route, then the host routes. */
function routesOf({ gateway_ip, host_routes }: Subnet): readonly HostRoute[] {
  if (gateway_ip === null) return host_routes
  return [{ destination: 'default', nexthop: gateway_ip }, ...host_routes]
}

/** The same, and the route to the metadata service that DHCP gives to others. */
function ownRoutesOf(cloud: Cloud, subnet: Subnet): readonly HostRoute[] {
  const { nexthop } = metadataNexthop(cloud, subnet)
  const toMetadata = { destination: `${metadataAddress}/32`, nexthop: nexthop ?? '' }
  return [...routesOf(subnet), ...(nexthop === null ? [] : [toMetadata])]
}

/** The first NIC's routes are preferred; udhcpcScript does the same with leases. */
function metricOf(device: string): string {
  return device === 'eth0' ? '' : ` metric 200${device.slice('eth'.length)}`
}
