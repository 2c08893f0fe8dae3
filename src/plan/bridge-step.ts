import type { IpStep } from './step.ts'

interface BridgeWish extends Pick<IpStep, 'id' | 'host' | 'namespace' | 'why' | 'source'> {
  readonly bridge: string
  readonly mtu: number
  /** Of the bridge itself, with prefix length. */
  readonly cidr?: string
}

/** A bridge that passes frames at once, and to everybody who may want them. */
export function bridgeStep({ bridge, mtu, cidr, ...place }: BridgeWish): IpStep {
  const address = cidr === undefined ? [] : [`address add ${cidr} brd + dev ${bridge}`]
  return {
    ...place,
    kind: 'ip',
    phase: 'wiring',
    needs: [`sysctl:${place.namespace}`],
    lines: [
      `link add ${bridge} mtu ${mtu} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
      ...address,
      `link set ${bridge} up`,
    ],
    removeLines: [`link delete ${bridge}`],
    expects: {
      links: [{ device: bridge, mtu }],
      ...(cidr === undefined ? {} : { addresses: [{ device: bridge, address: cidr }] }),
    },
  }
}
