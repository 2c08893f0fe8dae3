import type { Cloud, Host, Network } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { bridgeName } from '../neutron/names.ts'
import { agentNamespace, hostNamespace, onHost, stepIds } from './names.ts'
import type { HostViews } from './views.ts'

/** A host as the plan of it is made: the cloud that is wired, the machine, and what the host's agents hold. */
export interface Site {
  readonly cloud: Cloud
  readonly host: Host
  readonly facts: MachineFacts
  readonly views: HostViews
}

/** Where a port's cable goes in: a network's bridge on a host. */
export interface Socket {
  readonly hostNamespace: string
  readonly network: Network
  readonly bridge: string
  /** The step that makes the bridge. */
  readonly bridgeId: string
}

export function socketOn(cloud: Cloud, host: Host, network: Network): Socket {
  return {
    hostNamespace: hostNamespace(cloud.lab, host.name),
    network,
    bridge: bridgeName(network.id),
    bridgeId: stepIds.bridge(network.id, onHost(cloud, host)),
  }
}

/** A namespace of OpenStack's on this host, as it is called here. */
export function namespaceAt({ cloud, host }: Site, name: string): string {
  return agentNamespace(cloud, host, name)
}

/** The name of a service on this host, in the lab. */
export function serviceAt({ cloud, host }: Site, name: string): string {
  return `${name}${onHost(cloud, host)}`
}
