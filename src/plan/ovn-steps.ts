import { logicalRouterDevice } from '../neutron/ovn/logical-router.ts'
import { ovnRouterNamespace, stepIds } from './names.ts'
import { ovnDhcpSteps } from './ovn-dhcp-steps.ts'
import { ovnMetadataSteps } from './ovn-metadata-steps.ts'
import { ovnRouterSteps } from './ovn-router-steps.ts'
import { radvdSteps } from './radvd-steps.ts'
import type { Site } from './site.ts'
import type { Step } from './step.ts'

/**
 * ML2/OVN on a host, where ML2/OVS has agents: metadata and DHCP for the machines of this host alone, and the routers whose
 * gateway is here.
 */
export function ovnSteps(site: Site): Step[] {
  const { cloud, host } = site
  const routers = cloud.routers.filter(router => router.host === host.name)
  const wired = new Map(
    routers.map(router => [
      ovnRouterNamespace(cloud, router),
      cloud.ports
        .filter(({ device_id }) => device_id === router.id)
        .filter(({ device_owner }) => device_owner !== 'network:floatingip')
        .map(({ id }) => stepIds.addresses(id)),
    ]),
  )
  return [
    ...ovnDhcpSteps(site),
    ...routers.flatMap(router => ovnRouterSteps(site, router)),
    // OVN's own flows advertise, every few minutes and when asked.
    ...radvdSteps(site, wired, router => ({
      namespace: ovnRouterNamespace(cloud, router),
      deviceOf: logicalRouterDevice,
      isOvn: true,
    })),
    ...ovnMetadataSteps(site),
  ]
}
