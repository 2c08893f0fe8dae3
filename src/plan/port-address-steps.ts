import type { Subnet } from '../cloud/cloud.ts'
import { stepIds } from './names.ts'
import type { PluggedPort } from './plug-port.ts'
import type { ExpectedRoute, IpStep } from './step.ts'

interface PortPlace {
  readonly host: string
  readonly namespace: string
  readonly source: readonly string[]
  readonly device: string
}

export interface PortAddress {
  /** With prefix length. */
  readonly address: string
  readonly family: 4 | 6
}

/** An address of a subnet, with the subnet's prefix length. */
export function withPrefix({ cidr, ip_version }: Subnet, address: string): PortAddress {
  return { address: `${address}${cidr.slice(cidr.indexOf('/'))}`, family: ip_version }
}

/** Brings a plugged port up and gives it its addresses, in order. */
export function portAddressSteps(
  place: PortPlace & { readonly port: PluggedPort; readonly addresses: readonly PortAddress[] },
): IpStep[] {
  const { port, device, addresses, namespace } = place
  return [
    {
      kind: 'ip',
      id: stepIds.addresses(port.id),
      host: place.host,
      phase: 'wiring',
      needs: [stepIds.link(port.id)],
      why: `addresses of ${device}`,
      source: place.source,
      namespace,
      lines: [`link set ${device} up`, ...addresses.map(address => addLine(address, device))],
      removeLines: addresses.map(({ address }) => `address delete ${address} dev ${device}`),
      expects: {
        links: [{ device, macAddress: port.mac_address }],
        addresses: addresses.map(({ address }) => ({ device, address })),
      },
    },
  ]
}

/**
 * Neutron sets an IPv4 address with the broadcast address of its prefix, or with itself where the prefix is too long
 * to have one (ip_lib.add_ip_address).
 */
function addLine({ address, family }: PortAddress, device: string): string {
  if (family === 6) return `address add ${address} dev ${device}`
  const [own = '', prefix] = address.split('/')
  const broadcast = Number(prefix) < 31 ? '+' : own
  return `address add ${address} brd ${broadcast} dev ${device}`
}

export interface Route {
  /** What stands after `ip route`, from `replace` on; iproute2 tells the IP version from the addresses. */
  readonly arguments: string
  readonly family: 4 | 6
}

/** Routes of a namespace, set once the ports that they go out by have their addresses. */
export function routeStep(
  place: PortPlace & { readonly routes: readonly Route[]; readonly after: readonly string[] },
): IpStep[] {
  const { routes, namespace } = place
  if (routes.length === 0) return []
  return [
    {
      kind: 'ip',
      id: `routes:${namespace}`,
      host: place.host,
      phase: 'wiring',
      needs: place.after.map(stepIds.addresses),
      why: `routes of ${namespace}`,
      source: place.source,
      namespace,
      lines: routes.map(route => `route ${route.arguments}`),
      removeLines: routes.map(route => `route ${route.arguments.replace(/^replace/, 'delete')}`),
      expects: { routes: routes.map(route => expectedRoute(route, place.device)) },
    },
  ]
}

function expectedRoute(route: Route, device: string): ExpectedRoute {
  const words = route.arguments.split(' ')
  const after = (word: string) => words[words.indexOf(word) + 1]
  return {
    destination: routeDestination(route.arguments),
    gateway: words.includes('via') ? (after('via') ?? null) : null,
    device: words.includes('dev') ? (after('dev') ?? device) : device,
  }
}

/** Where a route leads, as `ip route show` words it: everywhere is `default`, and a single host has no prefix. */
export function routeDestination(routeArguments: string): string {
  const [, destination = 'default'] = routeArguments.split(' ')
  if (destination === '0.0.0.0/0' || destination === '::/0') return 'default'
  const hostPrefix = destination.includes(':') ? '/128' : '/32'
  return destination.endsWith(hostPrefix) ? destination.slice(0, -hostPrefix.length) : destination
}
