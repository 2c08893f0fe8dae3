import type { Cloud, Nic } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { networkOf } from '../neutron/network-ports.ts'
import {
  advertisingPortsOf,
  ipv6SubnetsOf,
  linkLocalAddress,
} from '../neutron/router-advertisements.ts'
import { isAutonomous } from '../topology/advertised-subnets.ts'
import { stepIds } from './names.ts'
import { withPrefix } from './port-address-steps.ts'
import type { ExpectedAddress, ExpectedRoute, WaitStep } from './step.ts'

interface PlacedNic {
  readonly host: string
  readonly namespace: string
  readonly source: readonly string[]
  readonly port: Nic
  readonly device: string
}

/**
 * Settings of a guest with NICs where routers advertise: it listens if one of its addresses is to come from that, and
 * has none but static routes otherwise. With accept_ra_rt_info_max_plen the kernel takes the route to
 * fe80::a9fe:a9fe, as systemd-networkd and NetworkManager do. Duplicate address detection would cost a second or two
 * for addresses that are the guest's alone.
 */
export function autoconfigurationSysctls(
  cloud: Cloud,
  ports: readonly Nic[],
  facts: MachineFacts,
): Readonly<Record<string, string>> {
  const networks = ports.map(port => networkOf(cloud, port.network_id))
  const isAdvertised = networks.some(network => advertisingPortsOf(cloud, network).length > 0)
  if (!facts.ipv6 || !isAdvertised) return {}
  const listens = ports.some(port => autonomousAddresses(cloud, port, 'any').length > 0)
  const withoutDetection = { 'net.ipv6.conf.default.accept_dad': '0' }
  if (!listens) return { 'net.ipv6.conf.default.accept_ra': '0', ...withoutDetection }
  const routeInformation = 'net.ipv6.conf.default.accept_ra_rt_info_max_plen'
  return {
    'net.ipv6.conf.default.accept_ra': '1',
    'net.ipv6.conf.default.autoconf': '1',
    'net.ipv6.conf.default.use_tempaddr': '0',
    ...withoutDetection,
    ...(facts.sysctls.includes(routeInformation) ? { [routeInformation]: '128' } : {}),
  }
}

/** Waits for the addresses that a NIC makes from router advertisements, and for a default route by each router. */
export function autoconfigurationSteps(
  cloud: Cloud,
  nic: PlacedNic,
  { ipv6 }: MachineFacts,
): WaitStep[] {
  const { port, device, namespace } = nic
  const addresses = ipv6 ? autonomousAddresses(cloud, port, device) : []
  if (addresses.length === 0) return []
  const routers = advertisingPortsOf(cloud, networkOf(cloud, port.network_id))
  const routes = routers.map(
    (router): ExpectedRoute => ({
      destination: 'default',
      gateway: linkLocalAddress(router),
      device,
    }),
  )
  const own = `${linkLocalAddress(port)}/64 dev ${device}`
  return [
    {
      host: nic.host,
      namespace,
      source: nic.source,
      kind: 'wait',
      id: `autoconfigured:${namespace}:${device}`,
      phase: 'guests',
      needs: [
        stepIds.addresses(port.id),
        ...routers.map(({ device_id }) => stepIds.service(`radvd-${device_id}`)),
      ],
      why: `router advertisements give ${device} its IPv6 address and default route`,
      until: [...addresses.map(hasAddress), ...routes.map(hasRoute)].join(' && '),
      // A link-local address that comes anew solicits routers (RFC 4861, section 6.3.7).
      meanwhile: `ip -6 address delete ${own}; ip -6 address add ${own}`,
      timeoutSeconds: 60,
      expects: { addresses, routes },
    },
  ]
}

function autonomousAddresses(cloud: Cloud, port: Nic, device: string): ExpectedAddress[] {
  const routers = advertisingPortsOf(cloud, networkOf(cloud, port.network_id))
  const isAdvertised = (id: string) =>
    routers.some(router => router.fixed_ips.some(({ subnet_id }) => subnet_id === id))
  return ipv6SubnetsOf(cloud, port)
    .filter(subnet => isAutonomous(subnet) && isAdvertised(subnet.id))
    .flatMap(subnet =>
      port.fixed_ips
        .filter(({ subnet_id }) => subnet_id === subnet.id)
        .map(({ ip_address }) => ({ device, address: withPrefix(subnet, ip_address).address })),
    )
}

function hasAddress({ address, device }: ExpectedAddress): string {
  return `[ -n "$(ip -6 address show dev ${device} to ${address.split('/')[0]} -tentative)" ]`
}

function hasRoute({ gateway, device }: ExpectedRoute): string {
  return `[ -n "$(ip -6 route show default via ${gateway} dev ${device})" ]`
}
