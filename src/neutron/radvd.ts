import type { Cloud, Router } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { routerInterfaceDevice, routerNamespace } from './names.ts'
import { networkOf } from './network-ports.ts'
import { type ProcessEnvironment, processEnvironment } from './process-environment.ts'
import { type AdvertisingInterface, renderRadvdConfig } from './radvd-config.ts'
import { type NeutronRelease, neutronRelease } from './release.ts'
import { advertisedSubnetsOf } from './router-advertisements.ts'

/** The radvd of a router: it tells the guests on its IPv6 subnets how to make addresses and where to send. */
export interface Radvd {
  readonly namespace: string
  /** The router's devices that it advertises on, in port order. */
  readonly devices: readonly string[]
  readonly configPath: string
  readonly config: string
  /** radvd refuses a file that its user could write. */
  readonly configMode: number
  readonly pidFile: string
  readonly argv: readonly [string, ...string[]]
  /** What it is called in its environment and in the lab. */
  readonly processTag: string
  /** What the agent adds to its environment. */
  readonly environment: ProcessEnvironment
}

/** Where a router's radvd runs, and what it is not told there. */
export interface RadvdPlace {
  readonly namespace: string
  readonly deviceOf: (portId: string) => string
  /** It speaks as OVN's flows do. */
  readonly isOvn?: true
}

/**
 * What neutron-l3-agent runs for a router with an IPv6 subnet, whatever its `ipv6_ra_mode`; null for others, on a
 * machine without IPv6, and before Juno. `DaemonMonitor` of neutron/agent/linux/ra.py, with the agent's default intervals.
 * Under ML2/OVN, what stands for its flows (`advertisedSubnetsOf`).
 */
export function radvdOf(
  cloud: Cloud,
  router: Router,
  facts: MachineFacts,
  place: RadvdPlace = { namespace: routerNamespace(router.id), deviceOf: routerInterfaceDevice },
): Radvd | null {
  const { state_path } = cloud.neutron
  const release = neutronRelease(cloud.neutron.release)
  const template = place.isOvn ? asOvn(release) : release
  const runs = facts.ipv6 && release.radvd.runs
  const interfaces = runs ? advertisingInterfaces(cloud, router, place) : []
  if (interfaces.length === 0) return null
  const { user } = release.radvd
  const asUser = ['-u', facts.user]
  const configPath = `${state_path}/ra/${router.id}.radvd.conf`
  const pidFile = `${state_path}/external/pids/${router.id}.pid.radvd`
  const processTag = `radvd-${router.id}`
  return {
    namespace: place.namespace,
    devices: interfaces.map(({ device }) => device),
    configPath,
    config: interfaces.map(one => renderRadvdConfig(one, template)).join(''),
    configMode: user === 'absent' ? 0o644 : 0o444,
    pidFile,
    argv: [
      ...(['radvd', '-C', configPath, '-p', pidFile] as const),
      ...(user === 'before-log' ? asUser : []),
      ...['-m', 'syslog'],
      ...(user === 'last' ? asUser : []),
    ],
    processTag,
    environment: processEnvironment(cloud, processTag),
  }
}

/**
 * OVN tells nothing of fe80::a9fe:a9fe, which guests find on the link, and nothing of DNS servers. It speaks at the intervals
 * that its northd has by default: ND_RA_MAX_INTERVAL_DEFAULT, and a third of it.
 */
function asOvn(release: NeutronRelease): NeutronRelease {
  const radvd = { ...release.radvd, advertisesDns: false, intervals: [200, 600] as const }
  return { ...release, ipv6Metadata: false, radvd }
}

function advertisingInterfaces(
  cloud: Cloud,
  router: Router,
  { deviceOf }: RadvdPlace,
): AdvertisingInterface[] {
  return cloud.ports
    .filter(
      ({ device_id, device_owner }) =>
        device_id === router.id && device_owner === 'network:router_interface',
    )
    .flatMap(port => {
      const { mtu } = networkOf(cloud, port.network_id)
      const subnets = advertisedSubnetsOf(cloud, port)
      return subnets.length === 0 ? [] : [{ device: deviceOf(port.id), mtu, subnets }]
    })
}
