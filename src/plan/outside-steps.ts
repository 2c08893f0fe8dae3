import type { Cloud, Host, Network, Subnet } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { hostNamespace, outsideNamespace } from './names.ts'
import { namespaceSteps } from './namespace-steps.ts'
import { outsidePort } from './outside-port.ts'
import { plugPort } from './plug-port.ts'
import { type PortAddress, portAddressSteps, withPrefix } from './port-address-steps.ts'
import type { Step } from './step.ts'

/**
 * The provider's router of an external network, which on a real cloud is somebody else's hardware: a namespace that
 * holds the gateway addresses of its subnets and leads nowhere; IPv6 ones only where the machine has IPv6.
 */
export function outsideSteps(
  cloud: Cloud,
  network: Network,
  host: Host,
  { ipv6 }: MachineFacts,
): Step[] {
  const gateways = network.subnets
    .flatMap(gatewayWithPrefix)
    .filter(({ family }) => ipv6 || family === 4)
  if (!network['router:external'] || gateways.length === 0) return []
  const namespace = outsideNamespace(cloud, network)
  const place = { host: host.name, namespace, source: ['networks', network.name], device: 'eth0' }
  const port = outsidePort(cloud, network)
  return [
    ...namespaceSteps({
      ...place,
      why: `the provider's router of ${network.name}`,
      sysctls: { 'net.ipv4.ip_forward': '0' },
      portIds: [port.id],
    }),
    plugPort({ ...place, hostNamespace: hostNamespace(cloud.lab, host.name), network, port }),
    ...portAddressSteps({ ...place, port, addresses: gateways }),
  ]
}

function gatewayWithPrefix(subnet: Subnet): PortAddress[] {
  return subnet.gateway_ip === null ? [] : [withPrefix(subnet, subnet.gateway_ip)]
}
