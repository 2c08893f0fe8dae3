import type { Cloud } from '../cloud/cloud.ts'
import type { Guest, Nic } from '../cloud/guest.ts'
import { networkOf } from '../neutron/network-ports.ts'
import { isServedByDhcpv6 } from '../topology/dhcpv6-subnets.ts'
import type { GuestIpv6 } from './guest-ipv6.ts'
import { stepIds } from './names.ts'
import { serviceStep } from './service-step.ts'
import type { ExpectedAddress, ServiceStep } from './step.ts'

interface DhclientWish {
  readonly host: string
  readonly namespace: string
  readonly source: readonly string[]
  readonly guest: Guest
  readonly nic: Nic
  readonly device: string
  readonly leaseDirectory: string
  /** Else it goes on asking in the background. */
  readonly isAnswered: boolean
  readonly client: NonNullable<GuestIpv6['client']>
  /** Steps that it needs besides its device and its own files: its server among them. */
  readonly needs: readonly string[]
}

/** Paths of what the DHCPv6 clients of a lab's guests share. */
export function dhclientPaths({ neutron }: Cloud) {
  const directory = `${neutron.state_path}/guests`
  return { config: `${directory}/dhclient.conf`, script: `${directory}/dhclient.script` }
}

/** ISC dhclient in the guest, for DHCPv6; it goes to the background with what it was told and renews it. */
export function dhclientStep(cloud: Cloud, wish: DhclientWish): ServiceStep {
  const { device, nic, guest } = wish
  const base = `${wish.leaseDirectory}/${device}`
  const files = { lease: `${base}.lease6`, leases: `${base}.dhclient`, pid: `${base}.pid6` }
  return serviceStep({
    name: `dhclient-${guest.name}-${device}`,
    service: 'dhclient',
    host: wish.host,
    phase: 'guests',
    needs: [
      ...wish.needs,
      stepIds.addresses(nic.id),
      stepIds.directory(`${cloud.neutron.state_path}/log`),
      ...Object.values(dhclientPaths(cloud)).map(stepIds.file),
    ],
    why:
      wish.client === 'stateful'
        ? `${guest.name} leases its IPv6 address on ${device}`
        : `${guest.name} is told DNS servers by DHCPv6 on ${device}`,
    source: wish.source,
    namespace: wish.namespace,
    argv: dhclientCommand(cloud, wish, files),
    daemonizes: true,
    pidFile: files.pid,
    logFile: `${cloud.neutron.state_path}/log/dhclient-${guest.name}.log`,
    commandLineHolds: files.pid,
    listens: [],
    leases:
      wish.client === 'stateful' && wish.isAnswered ? leasedAddresses(cloud, nic, device) : [],
    leaves: Object.values(files),
    supervised: false,
  })
}

/**
 * Its DUID is its MAC (DUID-LL), as a real guest's is of its machine. dhclient wants its lease file to be there. Debian's
 * AppArmor profile of /sbin/dhclient knows the machine's own lease files and script alone, so it is left where there is
 * AppArmor.
 */
function dhclientCommand(
  cloud: Cloud,
  { device, client, isAnswered }: DhclientWish,
  { lease, leases, pid }: { lease: string; leases: string; pid: string },
): string[] {
  const { config, script } = dhclientPaths(cloud)
  const mode = client === 'stateless' ? ['-S'] : []
  const files = [
    '-cf',
    config,
    '-lf',
    leases,
    '-pf',
    pid,
    '-sf',
    script,
    '-e',
    `LEASE_FILE=${lease}`,
  ]
  const options = ['-6', ...mode, isAnswered ? '-1' : '-nw', '-v', '-D', 'LL', ...files, device]
  return ['sh', '-c', start, 'dhclient', lease, leases, ...options]
}

const start = [
  ': >"$1" && : >"$2" && shift 2',
  'aa-enabled --quiet 2>/dev/null && exec aa-exec -p unconfined -- dhclient "$@"',
  'exec dhclient "$@"',
].join('; ')

/** As dhclient sets them: a host's alone. */
function leasedAddresses(cloud: Cloud, nic: Nic, device: string): ExpectedAddress[] {
  const { subnets } = networkOf(cloud, nic.network_id)
  return nic.fixed_ips
    .filter(({ subnet_id }) =>
      subnets.some(
        subnet =>
          subnet.id === subnet_id &&
          isServedByDhcpv6(subnet) &&
          subnet.ipv6_address_mode !== 'dhcpv6-stateless',
      ),
    )
    .map(({ ip_address }) => ({ device, address: `${ip_address}/128` }))
}
