import type { Finding } from '../finding.ts'
import { contains, type IpRange, parseAddress } from '../ip.ts'
import type { TopologyPath } from '../mistake.ts'
import { gatewayOf, hostRange, rangeOf, type TopologySubnet } from '../subnet-defaults.ts'
import { findOverlaps } from './find-overlaps.ts'

/** Allocation pools lie in their subnet, in order, apart, and without the gateway. */
export function checkPools(subnet: TopologySubnet, path: TopologyPath): Finding[] {
  const pools = (subnet.allocation_pools ?? []).map((pool, index) => ({
    ...pool,
    path: [...path, 'allocation_pools', index],
    range: poolRange(pool),
  }))
  const inOrder = pools.flatMap(({ range, ...pool }) => (range ? [{ ...pool, range }] : []))
  return [
    ...pools.flatMap(pool => checkEnds(subnet, pool)),
    ...inOrder.flatMap(pool => checkGatewayApart(subnet, pool)),
    ...findOverlaps(inOrder).map(({ later, earlier }) => ({
      message: `the pool overlaps the one from ${earlier.start} to ${earlier.end}`,
      path: later.path,
    })),
  ]
}

interface Pool {
  readonly start: string
  readonly end: string
  readonly path: TopologyPath
  readonly range: IpRange | undefined
}

function checkEnds(subnet: TopologySubnet, { start, end, path, range }: Pool): Finding[] {
  const hosts = hostRange(rangeOf(subnet))
  const outside = (['start', 'end'] as const).flatMap(key => {
    const text = { start, end }[key]
    const address = parseAddress(text)
    if (address !== undefined && contains(hosts, address)) return []
    const message = `\`${text}\` is not a host address of its subnet ${subnet.cidr}`
    return [{ message, path: [...path, key] }]
  })
  if (outside.length > 0 || range !== undefined) return outside
  return [{ message: `the pool ends before it starts`, path, hint: `swap ${start} and ${end}` }]
}

function checkGatewayApart(subnet: TopologySubnet, { range, path }: Pool): Finding[] {
  const gateway = parseAddress(gatewayOf(subnet) ?? '')
  if (gateway === undefined || range === undefined || !contains(range, gateway)) return []
  return [{ message: `the gateway ${gatewayOf(subnet)} is in the allocation pool`, path }]
}

function poolRange(pool: { start: string; end: string }): IpRange | undefined {
  const start = parseAddress(pool.start)
  const end = parseAddress(pool.end)
  if (start?.version !== end?.version || start === undefined || end === undefined) return undefined
  if (start.value > end.value) return undefined
  return { version: start.version, first: start.value, last: end.value }
}
