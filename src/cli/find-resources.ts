import type { Cloud, Network, Router, Subnet } from '../cloud/cloud.ts'
import type { Guest } from '../cloud/guest.ts'
import type { Instance } from '../cloud/instance.ts'
import { LabError } from '../lab/lab-error.ts'
import { suggest } from '../topology/suggest.ts'

/** A network by name or id. Throws LabError, as the other functions here do, where there is none. */
export function findNetwork(cloud: Cloud, wanted: string): Network {
  return findOne(cloud, 'network', wanted, cloud.networks, ({ id, name }) => [id, name])
}

/** A router by name or id. */
export function findRouter(cloud: Cloud, wanted: string): Router {
  return findOne(cloud, 'router', wanted, cloud.routers, ({ id, name }) => [id, name])
}

/** An instance by name or id. */
export function findInstance(cloud: Cloud, wanted: string): Instance {
  return findOne(cloud, 'instance', wanted, cloud.instances, ({ id, name }) => [id, name])
}

/** A machine by name, or by its instance's id; those that Nova does not have among them. */
export function findGuest(cloud: Cloud, wanted: string): Guest {
  return findOne(cloud, 'instance', wanted, cloud.guests, ({ instance_id, name }) => [
    instance_id ?? name,
    name,
  ])
}

/** A subnet by name, id or CIDR. */
export function findSubnet(cloud: Cloud, wanted: string): Subnet {
  const subnets = cloud.networks.flatMap(network => network.subnets)
  const wordsOf = ({ id, name, cidr }: Subnet) => [id, name, cidr].filter(word => word !== '')
  return findOne(cloud, 'subnet', wanted, subnets, wordsOf, subnet => describeSubnet(cloud, subnet))
}

/** What an operator calls a subnet: its name, or its CIDR where it has none. */
export function subnetName({ name, cidr }: Subnet): string {
  return name === '' ? cidr : name
}

function describeSubnet(cloud: Cloud, subnet: Subnet): string {
  const network = cloud.networks.find(({ id }) => id === subnet.network_id)
  const name = subnet.name === '' ? subnet.id : `${subnet.name}, ${subnet.id}`
  return `${subnet.cidr} of ${network?.name} (${name})`
}

function findOne<Resource extends { readonly name: string }>(
  { lab }: Cloud,
  kind: string,
  wanted: string,
  all: readonly Resource[],
  wordsOf: (resource: Resource) => readonly string[],
  describe: (resource: Resource) => string = ({ name }) => name,
): Resource {
  const found = all.filter(resource => wordsOf(resource).includes(wanted))
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  if (only !== undefined)
    throw new LabError(`Lab ${lab} has ${found.length} ${kind}s ${wanted}`, {
      hint: `Name one by its id: ${found.map(describe).join(', ')}.`,
      exitCode: 2,
    })
  const near = suggest(wanted, all.flatMap(wordsOf))
  throw new LabError(
    `Lab ${lab} has no ${kind} ${wanted}${near === undefined ? '' : `; ${near}`}`,
    {
      hint: all.length === 0 ? `It has none.` : `There is ${all.map(describe).join(', ')}.`,
      exitCode: 2,
    },
  )
}
