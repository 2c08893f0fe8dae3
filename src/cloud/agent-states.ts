import type { Cloud } from './cloud.ts'

/** How agents and hosts are, where it is not as usual. */
export interface AgentStates {
  /** What agents hold that have not been told of the cloud as it is: the cloud as they knew it, by `agentKey`. */
  readonly known?: Readonly<Record<string, Cloud>>
  /**
   * Whether a proxy runs in qdhcp where that is not what the DHCP agent would decide now, by `agentKey` and network id:
   * agents of a release before Pike do not look again at every change.
   */
  readonly proxies?: Readonly<Record<string, Readonly<Record<string, boolean>>>>
  /** Services that are stopped, agents among them, by `agentKey`. */
  readonly stopped?: readonly string[]
  /** Hosts that are cut off from the others. */
  readonly isolated?: readonly string[]
}

/** An agent, or a service beside it, among those of all hosts: `neutron-dhcp-agent@network1`. */
export function agentKey(agent: string, host: string): string {
  return `${agent}@${host}`
}
