import type { Cloud, Port, Router, Subnet } from '../cloud/cloud.ts'
import type { LabRecord } from '../lab/record.ts'
import { type NewInterface, replaceInterface } from '../topology/edit/edit-routers.ts'
import { contains, overlaps, parseAddress, parseCidr } from '../topology/ip.ts'
import { readTopology } from '../topology/read-topology.ts'
import { attachedSubnets } from '../topology/request-router-ports.ts'
import { findNetwork, subnetName } from './find-resources.ts'
import { refused } from './refused.ts'

/**
 * Refuses what Neutron would of a router that joins a subnet: `_add_interface_by_subnet` and what it checks, neutron/db/
 * l3_db.py, and the address being taken, neutron/ipam. Throws LabError.
 */
export function refuseSubnet(
  cloud: Cloud,
  router: Router,
  subnet: Subnet,
  fixedIp: string | undefined,
): void {
  const what = `add subnet ${subnetName(subnet)} to router ${router.name}`
  const address = fixedIp ?? subnet.gateway_ip
  const answer = answerTo(cloud, router, subnet, address)
  if (answer !== null) throw refused(what, answer)
  if (isTaken(cloud, subnet, address))
    throw refused(
      what,
      `IP address ${address} already allocated in subnet ${subnet.id} (409 Conflict)`,
      `\`lab port list --network ${findNetwork(cloud, subnet.network_id).name}\` tells whose it is.`,
    )
}

function answerTo(
  cloud: Cloud,
  router: Router,
  subnet: Subnet,
  address: string | null,
): string | null {
  if (address === null) return badRequest('Subnet for router interface must have a gateway IP')
  const own = portsOf(cloud, router)
  if (own.some(port => isOn(port, subnet)))
    return badRequest(`Router already has a port on subnet ${subnet.id}`)
  const other = cloud.networks
    .flatMap(({ subnets }) => subnets)
    .find(candidate => own.some(port => isOn(port, candidate)) && overlap(candidate, subnet))
  if (other !== undefined)
    return badRequest(
      `Cidr ${subnet.cidr} of subnet ${subnet.id} overlaps with cidr ${other.cidr} of subnet ${other.id}`,
    )
  return null
}

function isTaken({ ports }: Cloud, { id }: Subnet, address: string | null): boolean {
  return ports.some(({ fixed_ips }) =>
    fixed_ips.some(({ subnet_id, ip_address }) => subnet_id === id && ip_address === address),
  )
}

function badRequest(words: string): string {
  return `Bad router request: ${words}. (400 Bad Request)`
}

function overlap(one: Subnet, other: Subnet): boolean {
  const [a, b] = [parseCidr(one.cidr), parseCidr(other.cidr)]
  return a !== undefined && b !== undefined && overlaps(a, b)
}

/**
 * The topology without a router's interface on a subnet. Throws LabError where the router is not there, or where a
 * floating IP needs it: `remove_router_interface` of neutron/db/l3_db.py.
 */
export function withoutSubnet(
  { cloud, kept }: Pick<LabRecord, 'cloud' | 'kept'>,
  router: Router,
  subnet: Subnet,
): string {
  const what = `remove subnet ${subnetName(subnet)} from router ${router.name}`
  const reading = readTopology({ path: 'topology.yaml', text: kept.text })
  const topology = reading.ok ? reading.topology : null
  const network = findNetwork(cloud, subnet.network_id)
  const interfaces = topology?.routers[router.name]?.interfaces ?? []
  const written = topology?.networks[network.name]
  for (const [position, attachment] of interfaces.entries()) {
    if (attachment.network !== network.name || written === undefined) continue
    const attached = attachedSubnets(attachment, written)
    if (!attached.some(({ cidr }) => cidr === subnet.cidr)) continue
    if (isNeeded(cloud, router, subnet))
      throw refused(
        what,
        `Router interface for subnet ${subnet.id} on router ${router.id} cannot be deleted, as it is required by one or more floating IPs. (409 Conflict)`,
      )
    const { subnet: _, fixed_ip: __, ...rest } = attachment
    const remaining = attached
      .filter(({ cidr }) => cidr !== subnet.cidr)
      .map(({ cidr }): NewInterface => ({ ...rest, network: network.name, subnet: cidr }))
    return replaceInterface(kept.text, router.name, position, remaining)
  }
  throw refused(what, `Router ${router.id} has no interface on subnet ${subnet.id} (404 Not Found)`)
}

function isNeeded(cloud: Cloud, router: Router, { cidr }: Subnet): boolean {
  const range = parseCidr(cidr)
  return cloud.floating_ips.some(({ router_id, fixed_ip_address }) => {
    const address = parseAddress(fixed_ip_address)
    return (
      router_id === router.id &&
      range !== undefined &&
      address !== undefined &&
      contains(range, address)
    )
  })
}

function portsOf({ ports }: Cloud, { id }: Router): Port[] {
  return ports.filter(({ device_id }) => device_id === id)
}

function isOn({ fixed_ips }: Port, subnet: Subnet): boolean {
  return fixed_ips.some(({ subnet_id }) => subnet_id === subnet.id)
}
