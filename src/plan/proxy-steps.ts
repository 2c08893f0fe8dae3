import type { Cloud, Host } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { haproxySteps } from './haproxy-steps.ts'
import { nsMetadataProxySteps } from './ns-metadata-proxy-steps.ts'
import type { Step } from './step.ts'

/** The proxy of every namespace that answers 169.254.169.254: the program that the topology chooses. */
export function proxySteps(
  cloud: Cloud,
  host: Host,
  facts: MachineFacts,
  wired: WiredPorts,
): Step[] {
  const isHaproxy = cloud.neutron.metadata_proxy === 'haproxy'
  return (isHaproxy ? haproxySteps : nsMetadataProxySteps)(cloud, host, facts, wired)
}

/** Ids of the steps after which a namespace's addresses stand, by namespace. */
export type WiredPorts = ReadonlyMap<string, readonly string[]>
