import type { Cloud, Port } from '../cloud/cloud.ts'
import { tapDevice } from '../neutron/names.ts'
import { stepIds } from './names.ts'
import type { Socket } from './site.ts'
import type { ExpectedLink, IpStep } from './step.ts'

/** What wiring must know of a port. */
export type PluggedPort = Pick<Port, 'id' | 'mac_address'>

interface Plug {
  readonly host: string
  readonly socket: Socket
  readonly port: PluggedPort
  /** Namespace and device in which the port ends. */
  readonly namespace: string
  readonly device: string
  /** The end on the bridge, where it is not called after the port. */
  readonly outside?: string
  /** The bridge carries nothing between ports that are; those of OVN's that serve their own host alone. */
  readonly isolated?: true
  /** Null for Linux's own, where it is not the network's. */
  readonly mtu?: number | null
  readonly source: readonly string[]
}

/**
 * The veth pair of a port: `tap…` on the network's bridge in the host's namespace, its peer made directly in its
 * final namespace under its final name. The outer end gets libvirt's `fe:` variant of the MAC, so that the bridge
 * never takes a port's own address as its own.
 */
export function plugPort(plug: Plug): IpStep {
  const { port, socket } = plug
  const { network, bridge } = socket
  const tap = plug.outside ?? tapDevice(port.id)
  const outerMac = `fe${port.mac_address.slice(2)}`
  const mtu = plug.mtu === undefined ? network.mtu : plug.mtu
  const ofSize = mtu === null ? '' : `mtu ${mtu} `
  return {
    kind: 'ip',
    id: stepIds.link(port.id),
    host: plug.host,
    phase: 'wiring',
    needs: [stepIds.namespace(plug.namespace), socket.bridgeId],
    why: `port ${port.id} joins network ${network.name}: ${plug.device} in ${plug.namespace}`,
    source: plug.source,
    namespace: socket.hostNamespace,
    lines: [
      `link add ${tap} address ${outerMac} ${ofSize}type veth peer name ${plug.device} ` +
        `address ${port.mac_address} ${ofSize}netns ${plug.namespace}`,
      `link set ${tap} master ${bridge} up`,
      ...(plug.isolated ? isolation(tap).lines : []),
    ],
    removeLines: [`link delete ${tap}`],
    expects: {
      links: [
        {
          device: tap,
          macAddress: outerMac,
          master: bridge,
          ...(mtu === null ? {} : { mtu }),
          ...(plug.isolated ? isolation(tap).link : {}),
        },
      ],
    },
  }
}

/** What keeps a bridge from carrying frames between a port and others that have it, and what the kernel shows of it. */
interface Isolation {
  readonly lines: readonly string[]
  readonly link: Pick<ExpectedLink, 'isolated'>
}

/**
 * The ways to other hosts are isolated under OVN, as what serves the guests of one host is: so guests reach both, and what
 * serves them has nothing to do with other hosts.
 */
export function isolationUnderOvn({ neutron }: Cloud, device: string): Isolation {
  return neutron.mechanism_driver === 'ovn' ? isolation(device) : { lines: [], link: {} }
}

function isolation(device: string): Isolation {
  return { lines: [`link set ${device} type bridge_slave isolated on`], link: { isolated: true } }
}
