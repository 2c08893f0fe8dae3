import { hostView } from '../cloud/agent-view.ts'
import { proxyPlacesOn } from '../neutron/proxy-places.ts'
import { neutronRelease } from '../neutron/release.ts'
import { haproxySteps } from './haproxy-steps.ts'
import { nsMetadataProxySteps } from './ns-metadata-proxy-steps.ts'
import { namespaceAt, type Site } from './site.ts'
import type { Step } from './step.ts'
import type { WiredPorts } from './wired-ports.ts'

/** The proxy of every namespace of a host that answers 169.254.169.254: of the topology's choice, else its release's. */
export function proxySteps(site: Site, wired: WiredPorts): Step[] {
  const { cloud, host, facts, views } = site
  const places = proxyPlacesOn(views, facts).map(place => ({
    ...place,
    namespace: namespaceAt(site, place.namespace),
  }))
  const { metadata_proxy, release } = cloud.neutron
  const program = metadata_proxy ?? neutronRelease(release).metadataProxy
  const steps = program === 'haproxy' ? haproxySteps : nsMetadataProxySteps
  return steps({ ...site, cloud: hostView(cloud, host) }, places, wired)
}
