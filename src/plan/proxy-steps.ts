import { hostView } from '../cloud/agent-view.ts'
import { proxyPlacesOn } from '../neutron/proxy-places.ts'
import { haproxySteps } from './haproxy-steps.ts'
import { nsMetadataProxySteps } from './ns-metadata-proxy-steps.ts'
import { namespaceAt, type Site } from './site.ts'
import type { Step } from './step.ts'

/** The proxy of every namespace of a host that answers 169.254.169.254: the program that the topology chooses. */
export function proxySteps(site: Site, wired: WiredPorts): Step[] {
  const { cloud, host, facts, views } = site
  const places = proxyPlacesOn(views, facts).map(place => ({
    ...place,
    namespace: namespaceAt(site, place.namespace),
  }))
  const isHaproxy = cloud.neutron.metadata_proxy === 'haproxy'
  const steps = isHaproxy ? haproxySteps : nsMetadataProxySteps
  return steps({ ...site, cloud: hostView(cloud, host) }, places, wired)
}

/** Ids of the steps after which a namespace's addresses stand, by namespace. */
export type WiredPorts = ReadonlyMap<string, readonly string[]>
