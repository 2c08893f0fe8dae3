import type { Cloud, Host, Network, Port, Router } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { routerNamespaceOf } from '../neutron/router-namespace.ts'
import { hostNamespace } from './names.ts'
import { namespaceSteps } from './namespace-steps.ts'
import { plugPort } from './plug-port.ts'
import { type PortAddress, portAddressSteps, routeStep } from './port-address-steps.ts'
import { rulesSteps } from './rules-steps.ts'
import type { Step } from './step.ts'

/** What neutron-l3-agent makes of a router: qrouter with its ports, addresses, routes and rules. */
export function routerSteps(cloud: Cloud, router: Router, host: Host, facts: MachineFacts): Step[] {
  const made = routerNamespaceOf(cloud, router, facts)
  const place = { host: host.name, namespace: made.name, source: ['routers', router.name] }
  const ports = made.gateway === null ? made.interfaces : [...made.interfaces, made.gateway]
  const outwards = made.gateway ?? made.interfaces[0]
  return [
    ...namespaceSteps({ ...place, why: `router ${router.name}`, sysctls: made.sysctls }),
    ...ports.flatMap(port => routerPortSteps(cloud, host, place, port)),
    ...(outwards === undefined
      ? []
      : routeStep({
          ...place,
          device: outwards.device,
          routes: made.routes,
          after: ports.map(({ port }) => port.id),
        })),
    ...rulesSteps(place, made.iptables, made.ip6tables),
  ]
}

interface RouterPort {
  readonly port: Port
  readonly device: string
  readonly addresses: readonly PortAddress[]
}

function routerPortSteps(
  cloud: Cloud,
  host: Host,
  place: { host: string; namespace: string; source: readonly string[] },
  { port, device, addresses }: RouterPort,
): Step[] {
  const network = networkOf(cloud, port)
  const hostsNamespace = hostNamespace(cloud.lab, host.name)
  return [
    plugPort({ ...place, hostNamespace: hostsNamespace, network, port, device }),
    ...portAddressSteps({ ...place, port, device, addresses }),
  ]
}

/** The network that a port of the cloud is on. Throws where the cloud contradicts itself. */
export function networkOf(cloud: Cloud, port: Port): Network {
  const network = cloud.networks.find(({ id }) => id === port.network_id)
  if (network === undefined) throw new Error(`Port ${port.id} is on no network of the cloud`)
  return network
}
