import type { LabRecord } from '../../src/lab/record.ts'
import { findNode } from '../../src/plan/find-node.ts'
import { hostNamespace } from '../../src/plan/names.ts'
import type { Dialogue } from './converse.ts'
import type { Talker, Talkers } from './talkers.ts'

/** From where an exchange is said, and to whom. */
export interface Way {
  readonly talker: Talker
  readonly to: Dialogue['to']
}

/**
 * The way that a recording calls `chain:<guest>`, `agent` or `nova`: from the guest's namespace to the metadata address,
 * to the agent's UNIX socket, or from its own host to nova-api-metadata. A string says why there is none.
 */
export function findWay(record: LabRecord, via: string, talkers: Talkers): Way | string {
  const { cloud } = record
  if (via === 'agent') {
    return {
      talker: talkers.here,
      to: { path: cloud.neutron.metadata_agent.metadata_proxy_socket },
    }
  }
  if (via === 'nova') {
    const host = hostNamespace(cloud.lab, cloud.hosts[0]?.name ?? '')
    const { metadata_listen, metadata_listen_port: port } = cloud.nova
    return { talker: talkers.at(host), to: { host: metadata_listen, port } }
  }
  const guest = /^chain:(.+)$/.exec(via)?.[1]
  if (guest === undefined) return `nobody knows the way ${via}`
  const node = findNode(record, guest)
  if (node === null) return `lab ${cloud.lab} has no guest ${guest}`
  return { talker: talkers.at(node.namespace), to: { host: '169.254.169.254', port: 80 } }
}
