import type { Cloud, Host, Network, Subnet } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { bridgeName } from '../neutron/names.ts'
import { bridgedOn } from './bridged-on.ts'
import { outsideNamespace, stepIds, wiresNamespace } from './names.ts'
import { namespaceSteps } from './namespace-steps.ts'
import { outsidePort } from './outside-port.ts'
import { plugPort } from './plug-port.ts'
import { type PortAddress, portAddressSteps, withPrefix } from './port-address-steps.ts'
import { type Socket, socketOn } from './site.ts'
import type { Step } from './step.ts'
import { isProviders } from './wires-steps.ts'

/**
 * The provider's router of an external network, which on a real cloud is somebody else's hardware: a namespace that
 * holds the gateway addresses of its subnets and leads nowhere; IPv6 ones only where the machine has IPv6.
 */
export function outsideSteps(cloud: Cloud, network: Network, { ipv6 }: MachineFacts): Step[] {
  const gateways = network.subnets
    .flatMap(gatewayWithPrefix)
    .filter(({ family }) => ipv6 || family === 4)
  const [first] = cloud.hosts
  if (!network['router:external'] || gateways.length === 0 || first === undefined) return []
  const namespace = outsideNamespace(cloud, network)
  const place = { host: first.name, namespace, source: ['networks', network.name], device: 'eth0' }
  const port = outsidePort(cloud, network)
  return [
    ...namespaceSteps({
      ...place,
      why: `the provider's router of ${network.name}`,
      sysctls: { 'net.ipv4.ip_forward': '0' },
      portIds: [port.id],
    }),
    plugPort({ ...place, socket: socketOutside(cloud, first, network), port }),
    ...portAddressSteps({ ...place, port, addresses: gateways }),
  ]
}

/** Among the wires, where there are several hosts; a tunnelled network has no switch there, and is met on its first host. */
function socketOutside(cloud: Cloud, first: Host, network: Network): Socket {
  if (cloud.hosts.length === 1) return socketOn(cloud, first, network)
  if (!isProviders(network)) return socketOn(cloud, bridgedOn(cloud, network)[0] ?? first, network)
  const bridge = bridgeName(network.id)
  return { hostNamespace: wiresNamespace(cloud), network, bridge, bridgeId: stepIds.switch(bridge) }
}

function gatewayWithPrefix(subnet: Subnet): PortAddress[] {
  return subnet.gateway_ip === null ? [] : [withPrefix(subnet, subnet.gateway_ip)]
}
