import type { Router } from '../cloud/cloud.ts'
import { networkOf } from '../neutron/network-ports.ts'
import { type LogicalRouter, logicalRouterOf } from '../neutron/ovn/logical-router.ts'
import { ovnRouterNamespace } from './names.ts'
import { namespaceSteps } from './namespace-steps.ts'
import { plugPort } from './plug-port.ts'
import { portAddressSteps, routeStep } from './port-address-steps.ts'
import { rulesSteps } from './rules-steps.ts'
import { type Site, socketOn } from './site.ts'
import type { Step } from './step.ts'

/**
 * A namespace of the lab's own for a logical router, on the host of its gateway. OVN routes on the host that a packet comes
 * from, and only what leaves the cloud goes by that host; guests see the same hops and addresses.
 */
export function ovnRouterSteps(site: Site, router: Router): Step[] {
  const { cloud, host, facts } = site
  const made = logicalRouterOf(cloud, router, facts)
  const place = {
    host: host.name,
    namespace: ovnRouterNamespace(cloud, router),
    source: ['routers', router.name],
  }
  const outwards = made.ports.find(({ isGateway }) => isGateway)
  return [
    ...namespaceSteps({
      ...place,
      why: `router ${router.name}, in OVN's place`,
      sysctls: {
        'net.ipv4.ip_forward': '1',
        'net.ipv4.conf.all.arp_ignore': '1',
        'net.ipv4.conf.all.arp_announce': '2',
        ...(facts.ipv6 ? { 'net.ipv6.conf.all.forwarding': '1' } : {}),
      },
      portIds: made.ports.map(({ port }) => port.id),
    }),
    ...made.ports.flatMap(({ port, device, addresses }) => [
      plugPort({
        ...place,
        socket: socketOn(cloud, host, networkOf(cloud, port.network_id)),
        port,
        device,
      }),
      ...portAddressSteps({ ...place, port, device, addresses }),
    ]),
    ...(outwards === undefined
      ? []
      : [
          ...routeStep({
            ...place,
            device: outwards.device,
            routes: made.routes,
            after: made.ports.map(({ port }) => port.id),
          }),
          ...rulesSteps(place, natRules(made, outwards.device), null),
        ]),
  ]
}

/** A guest that asks another's floating IP comes from the router's own address, or it would be answered behind its back. */
function natRules({ nat }: LogicalRouter, device: string): string {
  const floating = nat.filter(({ type }) => type === 'dnat_and_snat')
  const subnets = nat.filter(({ type }) => type === 'snat')
  const lines = [
    '*nat',
    ':PREROUTING ACCEPT [0:0]',
    ':INPUT ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    ':POSTROUTING ACCEPT [0:0]',
    ...floating.map(
      ({ external_ip, logical_ip }) =>
        `-A PREROUTING -d ${external_ip}/32 -j DNAT --to-destination ${logical_ip}`,
    ),
    ...floating.map(
      ({ external_ip, logical_ip }) =>
        `-A POSTROUTING -s ${logical_ip}/32 -o ${device} -j SNAT --to-source ${external_ip}`,
    ),
    ...subnets.flatMap(({ external_ip, logical_ip }) => [
      `-A POSTROUTING -s ${logical_ip} -o ${device} -j SNAT --to-source ${external_ip}`,
      `-A POSTROUTING -s ${logical_ip} -m conntrack --ctstate DNAT -j SNAT --to-source ${external_ip}`,
    ]),
    'COMMIT',
  ]
  return `${lines.join('\n')}\n`
}
