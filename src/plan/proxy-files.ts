import type { Cloud } from '../cloud/cloud.ts'
import type { ServiceFiles } from './step.ts'

/**
 * What a metadata proxy opens: its configuration and the agent's socket below the state directory, and its pid file.
 * The socket of another agent is named by the topology; it is made anew with its agent, so its directory counts.
 */
export function proxyFilesOf(
  { neutron: { state_path, metadata_agent } }: Cloud,
  writes: readonly string[] = [],
): ServiceFiles {
  const { metadata_proxy_socket: socket } = metadata_agent
  return {
    reads: [state_path],
    writes: [`${state_path}/external/pids`, ...writes],
    named: socket === `${state_path}/metadata_proxy` ? [] : [socket],
  }
}
