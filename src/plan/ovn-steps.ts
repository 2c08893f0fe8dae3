import { ovnDhcpSteps } from './ovn-dhcp-steps.ts'
import { ovnMetadataSteps } from './ovn-metadata-steps.ts'
import { ovnRouterSteps } from './ovn-router-steps.ts'
import type { Site } from './site.ts'
import type { Step } from './step.ts'

/**
 * ML2/OVN on a host, where ML2/OVS has agents: metadata and DHCP for the machines of this host alone, and the routers whose
 * gateway is here.
 */
export function ovnSteps(site: Site): Step[] {
  const { cloud, host } = site
  const routers = cloud.routers.filter(router => router.host === host.name)
  return [
    ...ovnDhcpSteps(site),
    ...routers.flatMap(router => ovnRouterSteps(site, router)),
    ...ovnMetadataSteps(site),
  ]
}
