import type { Cloud } from '../cloud/cloud.ts'

/**
 * How much a cloud holds: `3 hosts, 2 networks, 1 router, 2 instances`; a lone host goes without saying, a guest is one
 * that Nova does not have.
 */
export function describeSize({ hosts, networks, routers, instances, guests }: Cloud): string {
  const others = guests.length - instances.length
  return [
    ...(hosts.length === 1 ? [] : [count(hosts.length, 'host')]),
    count(networks.length, 'network'),
    ...(routers.length === 0 ? [] : [count(routers.length, 'router')]),
    count(instances.length, 'instance'),
    ...(others === 0 ? [] : [count(others, 'guest')]),
  ].join(', ')
}

/** How much of a lab has changed: `3 resources made anew, 7 changed in place, 1 taken away`. */
export function describeChanges({ made, changed, gone }: Changed): string {
  const parts = [
    [made, 'made anew'],
    [changed, 'changed in place'],
    [gone, 'taken away'],
  ] as const
  return parts
    .filter(([number]) => number > 0)
    .map(([number, did], index) => `${index === 0 ? count(number, 'resource') : number} ${did}`)
    .join(', ')
}

interface Changed {
  readonly made: number
  readonly changed: number
  readonly gone: number
}

/** `1 network`, `2 networks`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
