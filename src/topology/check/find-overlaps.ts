import { type IpRange, overlaps } from '../ip.ts'

/** Every range that overlaps one before it in the list, with one of those; each is named once. */
export function findOverlaps<Item extends { readonly range: IpRange }>(
  items: readonly Item[],
): { readonly later: Item; readonly earlier: Item }[] {
  const sorted = items
    .map((item, index) => ({ item, index }))
    .toSorted((one, other) => compare(one.item.range, other.item.range) || one.index - other.index)
  let widest = sorted[0]
  return sorted.slice(1).flatMap(next => {
    const before = widest
    if (before === undefined || !overlaps(before.item.range, next.item.range)) {
      widest = next
      return []
    }
    if (next.item.range.last > before.item.range.last) widest = next
    return before.index < next.index
      ? [{ later: next.item, earlier: before.item }]
      : [{ later: before.item, earlier: next.item }]
  })
}

function compare(one: IpRange, other: IpRange): number {
  if (one.version !== other.version) return one.version - other.version
  if (one.first === other.first) return 0
  return one.first < other.first ? -1 : 1
}
