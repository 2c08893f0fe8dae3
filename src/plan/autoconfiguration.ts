import type { Cloud, Port } from '../cloud/cloud.ts'
import type { Nic } from '../cloud/guest.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { networkOf } from '../neutron/network-ports.ts'
import {
  advertisedSubnetsOf,
  ipv6SubnetsOf,
  linkLocalAddress,
} from '../neutron/router-advertisements.ts'
import { isAutonomous } from '../topology/advertised-subnets.ts'
import { guestIpv6Of } from './guest-ipv6.ts'
import { stepIds } from './names.ts'
import { withPrefix } from './port-address-steps.ts'
import type { Reach } from './reach.ts'
import type { ExpectedAddress, ExpectedRoute, SysctlStep, WaitStep } from './step.ts'

interface PlacedNic {
  readonly host: string
  readonly namespace: string
  readonly source: readonly string[]
  readonly port: Nic
  readonly device: string
}

/**
 * Settings of a guest's NIC where its network has IPv6 subnets, to be made before it is up: it listens to routers unless
 * its addresses are static (`GuestIpv6`), and has none but static routes then. With accept_ra_rt_info_max_plen the kernel takes the
 * route to fe80::a9fe:a9fe, as systemd-networkd and NetworkManager do. Duplicate address detection would cost a second
 * or two for addresses that are the guest's alone.
 */
export function autoconfigurationSysctls(
  cloud: Cloud,
  nic: PlacedNic,
  facts: MachineFacts,
): SysctlStep[] {
  const { port, device, namespace } = nic
  const { subnets } = networkOf(cloud, port.network_id)
  if (!facts.ipv6 || !subnets.some(({ ip_version }) => ip_version === 6)) return []
  const { listens } = guestIpv6Of(cloud, port, facts)
  const takesRoutes = facts.sysctls.includes('net.ipv6.conf.default.accept_ra_rt_info_max_plen')
  const settings = {
    accept_dad: '0',
    ...(listens ? { accept_ra: '1', autoconf: '1', use_tempaddr: '0' } : { accept_ra: '0' }),
    ...(listens && takesRoutes ? { accept_ra_rt_info_max_plen: '128' } : {}),
  }
  return [
    {
      host: nic.host,
      namespace,
      source: nic.source,
      kind: 'sysctl',
      id: `sysctl:${namespace}:${device}`,
      phase: 'wiring',
      needs: [stepIds.link(port.id)],
      why: `IPv6 of ${device}: duplicate address detection and router advertisements`,
      settings: Object.fromEntries(
        Object.entries(settings).map(([key, value]) => [`net.ipv6.conf.${device}.${key}`, value]),
      ),
    },
  ]
}

/**
 * Waits for the addresses that a NIC makes from router advertisements, and for a default route by each router that reaches
 * it; without one it has its link-local address alone.
 */
export function autoconfigurationSteps(
  cloud: Cloud,
  nic: PlacedNic & Pick<Reach, 'routers'>,
  facts: MachineFacts,
  /** Steps after which routers on other hosts are reached. */
  paths: readonly string[],
): WaitStep[] {
  const { port, device, namespace, routers } = nic
  if (!guestIpv6Of(cloud, port, facts).listens || routers.length === 0) return []
  const addresses = autonomousAddresses(cloud, nic)
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
        ...paths,
        ...routers.map(({ device_id }) => stepIds.service(`radvd-${device_id}`)),
      ],
      why: `router advertisements of ${namesOf(cloud, routers)}, which give ${device} ${addresses.length > 0 ? 'its IPv6 address and' : 'a'} default route`,
      until: [...addresses.map(hasAddress), ...routes.map(hasRoute)].join(' && '),
      // A link-local address that comes anew solicits routers (RFC 4861, section 6.3.7).
      meanwhile: `ip -6 address delete ${own}; ip -6 address add ${own}`,
      timeoutSeconds: 30,
      advice:
        'radvd of the router sends them: `lab status` tells whether it runs, `lab restart radvd` starts it anew.',
      expects: { addresses, routes },
    },
  ]
}

function autonomousAddresses(
  cloud: Cloud,
  { port, device, routers }: Pick<PlacedNic, 'port' | 'device'> & Pick<Reach, 'routers'>,
): ExpectedAddress[] {
  const advertised = routers.flatMap(router => advertisedSubnetsOf(cloud, router))
  const autonomous = new Set(advertised.filter(isAutonomous).map(({ id }) => id))
  return ipv6SubnetsOf(cloud, port)
    .filter(({ id }) => autonomous.has(id))
    .flatMap(subnet =>
      port.fixed_ips
        .filter(({ subnet_id }) => subnet_id === subnet.id)
        .map(({ ip_address }) => ({ device, address: withPrefix(subnet, ip_address).address })),
    )
}

function namesOf({ routers }: Cloud, ports: readonly Port[]): string {
  const ids = new Set(ports.map(({ device_id }) => device_id))
  return routers.flatMap(({ id, name }) => (ids.has(id) ? [name] : [])).join(' and ')
}

function hasAddress({ address, device }: ExpectedAddress): string {
  return `[ -n "$(ip -6 address show dev ${device} to ${address.split('/')[0]} -tentative)" ]`
}

function hasRoute({ gateway, device }: ExpectedRoute): string {
  return `[ -n "$(ip -6 route show default via ${gateway} dev ${device})" ]`
}
