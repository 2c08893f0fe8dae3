import type { Port, Router } from '../cloud/cloud.ts'
import { networkOf } from '../neutron/network-ports.ts'
import { routerNamespaceOf } from '../neutron/router-namespace.ts'
import { stepIds } from './names.ts'
import { namespaceSteps } from './namespace-steps.ts'
import { plugPort } from './plug-port.ts'
import { type PortAddress, portAddressSteps, routeStep } from './port-address-steps.ts'
import { rulesSteps } from './rules-steps.ts'
import { namespaceAt, type Site, socketOn } from './site.ts'
import type { Step, SysctlStep } from './step.ts'

/** What neutron-l3-agent makes of a router: qrouter with its ports, addresses, routes and rules. */
export function routerSteps(site: Site, router: Router): Step[] {
  const { host, facts, views } = site
  const made = routerNamespaceOf(views.l3, router, facts)
  const place = {
    host: host.name,
    namespace: namespaceAt(site, made.name),
    source: ['routers', router.name],
  }
  const ports = made.gateway === null ? made.interfaces : [...made.interfaces, made.gateway]
  const outwards = made.gateway ?? made.interfaces[0]
  return [
    ...namespaceSteps({
      ...place,
      why: `router ${router.name}`,
      sysctls: made.sysctls,
      portIds: ports.map(({ port }) => port.id),
    }),
    ...ports.flatMap(port => routerPortSteps(site, place, port)),
    ...(outwards === undefined
      ? []
      : routeStep({
          ...place,
          device: outwards.device,
          routes: made.routes,
          after: ports.map(({ port }) => port.id),
        })),
    ...gatewaySysctlSteps(place, made.gateway, made.gatewaySysctls),
    ...rulesSteps(place, made.iptables, made.ip6tables),
  ]
}

/** Settings of the gateway's device, which can only be made once it is there. */
function gatewaySysctlSteps(
  place: Place,
  gateway: RouterPort | null,
  settings: Readonly<Record<string, string>>,
): SysctlStep[] {
  if (gateway === null || Object.keys(settings).length === 0) return []
  return [
    {
      ...place,
      kind: 'sysctl',
      id: `sysctl:${place.namespace}:${gateway.device}`,
      phase: 'wiring',
      needs: [stepIds.addresses(gateway.port.id)],
      why: `kernel settings of ${gateway.device}`,
      settings,
      resetBy: stepIds.link(gateway.port.id),
    },
  ]
}

interface Place {
  readonly host: string
  readonly namespace: string
  readonly source: readonly string[]
}

interface RouterPort {
  readonly port: Port
  readonly device: string
  readonly addresses: readonly PortAddress[]
}

function routerPortSteps(
  { cloud, host, views }: Site,
  place: Place,
  { port, device, addresses }: RouterPort,
): Step[] {
  const network = networkOf(views.l3, port.network_id)
  return [
    plugPort({ ...place, socket: socketOn(cloud, host, network), port, device }),
    ...portAddressSteps({ ...place, port, device, addresses }),
  ]
}
