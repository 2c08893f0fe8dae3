import { findNetwork } from '../find-network.ts'
import type { Finding } from '../finding.ts'
import type { TopologyPath } from '../mistake.ts'
import type { PrunedTopology } from '../prune.ts'
import { holds } from '../request-addresses.ts'
import { attachedSubnets } from '../request-router-ports.ts'
import type { Topology } from '../schema.ts'
import {
  gatewayOf,
  rangeOf,
  type TopologyNetwork,
  type TopologySubnet,
} from '../subnet-defaults.ts'
import { suggest } from '../suggest.ts'
import { findOverlaps } from './find-overlaps.ts'
import { listNames } from './hint-from-names.ts'

/** What a router cannot be attached to. */
export function checkRouters(pruned: PrunedTopology): Finding[] {
  return Object.keys(pruned.topology.routers).flatMap(name => {
    const attachments = attachmentsOf(pruned.topology, name).filter(
      ({ networkName }) => !pruned.isDamaged(['networks', networkName]),
    )
    return [
      ...attachments.flatMap(checkAttachment),
      ...attachments.flatMap(checkIpv6),
      ...checkSharedPorts(attachments),
      ...checkOverlaps(attachments),
    ]
  })
}

interface Attachment {
  readonly isGateway: boolean
  readonly networkName: string
  readonly network: TopologyNetwork
  readonly details: Topology['routers'][string]['interfaces'][number]
  readonly subnets: readonly TopologySubnet[]
  readonly path: TopologyPath
}

function attachmentsOf(topology: Topology, name: string): Attachment[] {
  const router = topology.routers[name]
  const interfaces = (router?.interfaces ?? []).map((details, index) => ({
    details,
    path: ['routers', name, 'interfaces', index],
    isGateway: false,
  }))
  const gateway = router?.external_gateway
  const gateways =
    gateway === undefined
      ? []
      : [{ details: gateway, path: ['routers', name, 'external_gateway'], isGateway: true }]
  return [...interfaces, ...gateways].flatMap(attachment => {
    const network = findNetwork(topology, attachment.details.network)
    if (network === undefined) return []
    const { details, isGateway } = attachment
    const subnets = isGateway ? network.subnets : attachedSubnets(details, network)
    return [{ ...attachment, networkName: details.network, network, subnets }]
  })
}

function checkAttachment({ isGateway, network, networkName, details, subnets, path }: Attachment) {
  if (isGateway) {
    return subnets.length > 0 ? [] : [complain(`network \`${networkName}\` has no subnet`, path)]
  }
  const { subnet, fixed_ip } = details
  if (subnets.length === 0) {
    if (subnet !== undefined) return [unknownSubnet(subnet, network, networkName, path)]
    if (fixed_ip !== undefined) return []
    return [complain(`network \`${networkName}\` has no subnet with a gateway_ip to attach`, path)]
  }
  const single = (['port_id', 'mac_address'] as const).filter(key => details[key] !== undefined)
  return [
    ...(fixed_ip === undefined ? subnets.filter(lacksGateway) : []).map(({ cidr }) =>
      complain(`subnet ${cidr} has no gateway_ip; the interface needs a fixed_ip`, path),
    ),
    ...(countPorts(subnets) === 1 ? [] : single).map(key => ({
      ...complain(`\`${key}\` is for one port, and ${subnets.length} subnets are attached`, [
        ...path,
        key,
      ]),
      hint: 'name the subnet, and attach the others each with an item of its own',
    })),
  ]
}

/** IPv6 subnets share one, whose id and MAC are those of the first: see `requestRouterPorts`. */
function countPorts(subnets: readonly TopologySubnet[]): number {
  const ipv4 = subnets.filter(subnet => rangeOf(subnet).version === 4)
  return ipv4.length + (ipv4.length < subnets.length ? 1 : 0)
}

function lacksGateway(subnet: TopologySubnet): boolean {
  return gatewayOf(subnet) === null
}

function unknownSubnet(
  wanted: string,
  network: TopologyNetwork,
  networkName: string,
  path: TopologyPath,
): Finding {
  const known = network.subnets.flatMap(({ name, cidr }) => (name === '' ? [cidr] : [name, cidr]))
  const hint = suggest(wanted, known) ?? listNames(known)
  const message = `network \`${networkName}\` has no subnet \`${wanted}\``
  return { message, path: [...path, 'subnet'], ...(known.length > 0 ? { hint } : {}) }
}

/** `_validate_subnet_address_mode` of neutron/db/l3_db.py, and the address that the router's port would get. */
function checkIpv6({ isGateway, details, subnets, path }: Attachment): Finding[] {
  if (isGateway) return []
  return subnets
    .filter(subnet => rangeOf(subnet).version === 6)
    .flatMap(subnet => {
      const { cidr, ipv6_ra_mode, ipv6_address_mode } = subnet
      if (ipv6_ra_mode === undefined && ipv6_address_mode !== undefined) {
        const message = `IPv6 subnet ${cidr} cannot be on a router: with \`ipv6_address_mode\` alone it is announced by a router that is not Neutron’s`
        return [{ message, path, hint: `set \`ipv6_ra_mode: ${ipv6_address_mode}\`, too` }]
      }
      const gateway = gatewayOf(subnet)
      if (details.fixed_ip !== undefined || gateway === null || holds(subnet, gateway)) return []
      const message = `gateway ${gateway} is no address of ${cidr}, so the router’s port cannot have it; the interface needs a fixed_ip`
      return [{ message, path }]
    })
}

/** `_validate_one_router_ipv6_port_per_network` of neutron/db/l3_db.py. */
function checkSharedPorts(attachments: readonly Attachment[]): Finding[] {
  const sharing = attachments.filter(
    ({ isGateway, subnets }) => !isGateway && subnets.some(subnet => rangeOf(subnet).version === 6),
  )
  return Array.from(Map.groupBy(sharing, ({ networkName }) => networkName)).flatMap(
    ([name, [, ...others]]) =>
      others.flatMap(({ details, path }) =>
        (['port_id', 'mac_address'] as const)
          .filter(key => details[key] !== undefined)
          .map(key => ({
            message: `\`${key}\` would be of a second IPv6 port on \`${name}\`, and a router has one for all its IPv6 subnets of a network`,
            path: [...path, key],
            hint: 'give it at the first of them',
          })),
      ),
  )
}

function checkOverlaps(attachments: readonly Attachment[]): Finding[] {
  const ranges = attachments.flatMap(({ subnets, networkName, path }) =>
    subnets.map(subnet => ({ range: rangeOf(subnet), what: subnet.cidr, networkName, path })),
  )
  return findOverlaps(ranges)
    .filter(({ later, earlier }) => later.path !== earlier.path)
    .map(({ later, earlier }) => ({
      message: `${later.what} of \`${later.networkName}\` overlaps ${earlier.what} of \`${earlier.networkName}\` on the same router`,
      path: later.path,
    }))
}

function complain(message: string, path: TopologyPath): Finding {
  return { message, path }
}
