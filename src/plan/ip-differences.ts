import type { IpExpectation } from './step.ts'

/** A device as `ip -json address show` gives it, as far as it matters here. */
export interface SeenLink {
  readonly ifname: string
  readonly address?: string
  readonly mtu?: number
  readonly master?: string
  readonly flags?: readonly string[]
  /** With `-details`. */
  readonly linkinfo?: { readonly info_slave_data?: { readonly isolated?: boolean } }
  readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number }[]
}

/** A route as `ip -json route show` gives it. */
export interface SeenRoute {
  readonly dst: string
  readonly gateway?: string
  readonly dev?: string
}

/** What is expected and not seen, a line each; an empty list when all of it is there. */
export function ipDifferences(
  expects: IpExpectation,
  links: readonly SeenLink[],
  routes: readonly SeenRoute[],
): string[] {
  return [
    ...(expects.links ?? []).flatMap(expected => linkDifferences(expected, links)),
    ...(expects.addresses ?? []).flatMap(expected => addressDifferences(expected, links)),
    ...(expects.routes ?? []).flatMap(expected => routeDifferences(expected, routes)),
  ]
}

type Expected<K extends keyof IpExpectation> = NonNullable<IpExpectation[K]>[number]

function linkDifferences(expected: Expected<'links'>, links: readonly SeenLink[]): string[] {
  const link = links.find(({ ifname }) => ifname === expected.device)
  if (link === undefined) return [`device ${expected.device} is missing`]
  const { device, macAddress, mtu, master, isolated } = expected
  return [
    ...(link.flags?.includes('UP') ? [] : [`device ${device} is down`]),
    ...(macAddress === undefined || link.address === macAddress
      ? []
      : [`device ${device} has MAC ${link.address}, not ${macAddress}`]),
    ...(mtu === undefined || link.mtu === mtu
      ? []
      : [`device ${device} has MTU ${link.mtu}, not ${mtu}`]),
    ...(master === undefined || link.master === master
      ? []
      : [`device ${device} is on ${link.master ?? 'no bridge'}, not on ${master}`]),
    ...(!isolated || link.linkinfo?.info_slave_data?.isolated
      ? []
      : [`device ${device} is not isolated on its bridge`]),
  ]
}

function addressDifferences(expected: Expected<'addresses'>, links: readonly SeenLink[]): string[] {
  const link = links.find(({ ifname }) => ifname === expected.device)
  const addresses = (link?.addr_info ?? []).map(({ local, prefixlen }) => `${local}/${prefixlen}`)
  return addresses.includes(expected.address)
    ? []
    : [`address ${expected.address} is missing on ${expected.device}`]
}

function routeDifferences(expected: Expected<'routes'>, routes: readonly SeenRoute[]): string[] {
  const found = routes.some(
    ({ dst, gateway, dev }) =>
      dst === expected.destination &&
      (gateway ?? null) === expected.gateway &&
      dev === expected.device,
  )
  const via = expected.gateway === null ? '' : ` via ${expected.gateway}`
  return found ? [] : [`route ${expected.destination}${via} dev ${expected.device} is missing`]
}
