import type { Cloud } from '../cloud/cloud.ts'
import { metadataServicesOf } from '../cloud/derive-metadata-agent.ts'
import type { ServiceFiles } from './step.ts'

/**
 * What a metadata proxy opens: its configuration and the agent's socket below the state directory, and its pid file.
 * The socket of another agent is named by the topology; it is made anew with its agent, so its directory counts.
 */
export function proxyFilesOf(cloud: Cloud, writes: readonly string[] = []): ServiceFiles {
  const { state_path, metadata_agent } = cloud.neutron
  return {
    reads: [state_path],
    writes: [`${state_path}/external/pids`, ...writes],
    named: metadataServicesOf(cloud).agent ? [] : [metadata_agent.metadata_proxy_socket],
  }
}
