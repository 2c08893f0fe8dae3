import type { Cloud } from '../cloud/cloud.ts'
import { refused, refusedOption } from './refused.ts'

/** `lab exec NODE` finds all of these by name, so each has one, and none has another's. Throws LabError. */
export function checkNewName(
  cloud: Cloud,
  kind: 'instance' | 'network' | 'router',
  name: string,
): void {
  if (name === '') throw refusedOption(`add ${kind}`, 'Its name must not be empty')
  const [owner] = ownersOf(cloud, name)
  if (owner === undefined) return
  const more = owner.endsWith(` ${kind}`) ? '' : `; \`lab exec ${name}\` could mean either`
  throw refused(`add ${kind} ${name}`, `Lab ${cloud.lab} has ${owner} ${name} already${more}.`)
}

function ownersOf({ networks, routers, guests, hosts }: Cloud, name: string): string[] {
  const isMeant = (resource: { readonly name: string }) => resource.name === name
  return [
    ...networks.filter(isMeant).map(() => 'a network'),
    ...routers.filter(isMeant).map(() => 'a router'),
    ...guests
      .filter(isMeant)
      .map(({ instance_id }) => (instance_id === null ? 'a guest' : 'an instance')),
    ...hosts.filter(isMeant).map(() => 'a host'),
  ]
}
