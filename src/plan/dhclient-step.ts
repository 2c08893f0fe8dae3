import type { Cloud } from '../cloud/cloud.ts'
import type { Guest, Nic } from '../cloud/guest.ts'
import { answersDhcpv6 } from '../neutron/answers-dhcpv6.ts'
import { networkOf } from '../neutron/network-ports.ts'
import { fileStep } from './file-steps.ts'
import type { GuestIpv6 } from './guest-ipv6.ts'
import { leasedStep } from './leased-step.ts'
import { stepIds } from './names.ts'
import { serviceStep } from './service-step.ts'
import { quoteCommand } from './shell-quote.ts'
import type { ExpectedAddress, ServiceStep, Step, WaitStep } from './step.ts'

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

/**
 * ISC dhclient in the guest, for DHCPv6. It asks and renews in the background; where it has asked for information alone it
 * ends, as ifupdown's does.
 */
export function dhclientSteps(cloud: Cloud, wish: DhclientWish): Step[] {
  const { lease, leases } = filesOf(wish)
  const place = { host: wish.host, namespace: wish.namespace, source: wish.source }
  const written = [lease, leases].map(path =>
    fileStep({
      ...place,
      path,
      content: '',
      why: `what DHCPv6 has told ${wish.guest.name} on ${wish.device}`,
      volatile: true,
    }),
  )
  const needs = [
    ...wish.needs,
    ...written.map(({ id }) => id),
    ...Object.values(dhclientPaths(cloud)).map(stepIds.file),
    stepIds.addresses(wish.nic.id),
  ]
  if (wish.client === 'stateful') {
    const client = leaseStep(cloud, wish, needs)
    return [
      ...written,
      client,
      ...(wish.isAnswered ? [leasedStep(client, lease, wish.device)] : []),
    ]
  }
  return wish.isAnswered ? [...written, informationStep(cloud, wish, needs)] : []
}

function leaseStep(cloud: Cloud, wish: DhclientWish, needs: readonly string[]): ServiceStep {
  const { device, nic, guest, isAnswered } = wish
  const { pid } = filesOf(wish)
  return serviceStep({
    name: `dhclient-${guest.name}-${device}`,
    service: 'dhclient',
    host: wish.host,
    phase: 'guests',
    needs: [...needs, stepIds.directory(`${cloud.neutron.state_path}/log`)],
    why: `${guest.name} leases its IPv6 address on ${device}`,
    source: wish.source,
    namespace: wish.namespace,
    argv: dhclientCommand(cloud, wish, ['-nw']),
    daemonizes: true,
    pidFile: pid,
    logFile: `${cloud.neutron.state_path}/log/dhclient-${guest.name}.log`,
    commandLineHolds: pid,
    listens: [],
    leases: isAnswered ? leasedAddresses(cloud, nic, device) : [],
    leaves: [pid],
    supervised: false,
  })
}

/** In the guest's own /etc, as a service would be: what it is told is in resolv.conf afterwards. */
function informationStep(cloud: Cloud, wish: DhclientWish, needs: readonly string[]): WaitStep {
  const { guest, device, namespace } = wish
  const command = dhclientCommand(cloud, wish, ['-S', '-1'])
  return {
    host: wish.host,
    namespace,
    source: wish.source,
    kind: 'wait',
    id: `informed:${namespace}:${device}`,
    phase: 'guests',
    needs,
    why: `${guest.name} is told DNS servers by DHCPv6 on ${device}`,
    until: quoteCommand(['ip', 'netns', 'exec', namespace, ...command]),
    timeoutSeconds: 30,
    advice: 'dnsmasq tells them: `lab status` tells whether it runs.',
  }
}

function filesOf({ leaseDirectory, device }: DhclientWish) {
  const base = `${leaseDirectory}/${device}`
  return { lease: `${base}.lease6`, leases: `${base}.dhclient`, pid: `${base}.pid6` }
}

/**
 * Its DUID is its MAC (DUID-LL), and it starts without a memory. Debian's AppArmor profile of /sbin/dhclient knows the
 * machine's own lease files and script alone, so it is left where there is AppArmor.
 */
function dhclientCommand(cloud: Cloud, wish: DhclientWish, mode: readonly string[]): string[] {
  const { config, script } = dhclientPaths(cloud)
  const { lease, leases, pid } = filesOf(wish)
  const files = ['-cf', config, '-lf', leases, '-pf', pid, '-sf', script]
  const options = ['-6', ...mode, '-v', '-D', 'LL', ...files, '-e', `LEASE_FILE=${lease}`]
  return ['sh', '-c', start, 'dhclient', lease, leases, ...options, wish.device]
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
          answersDhcpv6(cloud, subnet) &&
          subnet.ipv6_address_mode !== 'dhcpv6-stateless',
      ),
    )
    .map(({ ip_address }) => ({ device, address: `${ip_address}/128` }))
}
