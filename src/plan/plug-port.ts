import type { Port } from '../cloud/cloud.ts'
import { tapDevice } from '../neutron/names.ts'
import { stepIds } from './names.ts'
import type { Socket } from './site.ts'
import type { IpStep } from './step.ts'

/** What wiring must know of a port. */
export type PluggedPort = Pick<Port, 'id' | 'mac_address'>

interface Plug {
  readonly host: string
  readonly socket: Socket
  readonly port: PluggedPort
  /** Namespace and device in which the port ends. */
  readonly namespace: string
  readonly device: string
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
  const tap = tapDevice(port.id)
  const outerMac = `fe${port.mac_address.slice(2)}`
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
      `link add ${tap} address ${outerMac} mtu ${network.mtu} type veth peer name ${plug.device} ` +
        `address ${port.mac_address} mtu ${network.mtu} netns ${plug.namespace}`,
      `link set ${tap} master ${bridge} up`,
    ],
    removeLines: [`link delete ${tap}`],
    expects: {
      links: [{ device: tap, macAddress: outerMac, mtu: network.mtu, master: bridge }],
    },
  }
}
