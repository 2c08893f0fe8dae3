import {
  type Alias,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  Pair,
  visit,
  type YAMLMap,
} from 'yaml'
import type { OpenDocument } from './edit-document.ts'

type Entry = Pair<unknown, unknown>

/**
 * The value of a key, as one that belongs to this place alone and may be changed: what stands elsewhere too, by an alias or
 * a merge (`<<`), is copied. Undefined where the mapping has no such key.
 */
export function ownNode(open: OpenDocument, parent: YAMLMap, key: string): Node | null | undefined {
  const pair = findPair(parent, key) ?? copyMerged(open, parent, key)
  if (pair === undefined) return undefined
  if (isAlias(pair.value)) pair.value = copyOf(resolveAlias(open, pair.value))
  const value = isNode(pair.value) ? pair.value : null
  if (value !== null) detach(open, value)
  return value
}

/** Takes a key out of a mapping. What refers to an anchor in it has a copy from then on. False where it is not there. */
export function removeKey(open: OpenDocument, parent: YAMLMap, key: string): boolean {
  if (findMerged(open, parent, key) !== undefined) inlineMerges(open, parent)
  const pair = findPair(parent, key)
  if (pair === undefined) return false
  detachAll(open, pair.value)
  parent.items.splice(parent.items.indexOf(pair), 1)
  return true
}

/** Takes an item out of a sequence, as `removeKey` does. */
export function removeItem(open: OpenDocument, items: unknown[], index: number): void {
  detachAll(open, items[index])
  items.splice(index, 1)
}

/** Whether a mapping has the key, by itself or by a merge. */
export function hasKey(open: OpenDocument, parent: YAMLMap, key: string): boolean {
  return findPair(parent, key) !== undefined || findMerged(open, parent, key) !== undefined
}

export function findPair(parent: YAMLMap, key: string): Entry | undefined {
  return parent.items.find(pair => wordOf(pair.key) === key)
}

/** What a node or an alias of it stands for. */
export function resolved(open: OpenDocument, node: unknown): unknown {
  return isAlias(node) ? resolveAlias(open, node) : node
}

/** Keys are what is written, as for the reader: a network may be called 10. */
function wordOf(key: unknown): string | undefined {
  return isScalar(key) ? String(key.source ?? key.value) : undefined
}

function resolveAlias({ document }: OpenDocument, alias: Alias): Node | undefined {
  return alias.resolve(document)
}

function mergedMaps(open: OpenDocument, parent: YAMLMap): YAMLMap[] {
  return parent.items
    .filter(pair => wordOf(pair.key) === '<<')
    .flatMap(({ value }) => {
      const node = resolved(open, value)
      return isSeq(node) ? node.items.map(item => resolved(open, item)) : [node]
    })
    .filter(node => isMap(node))
}

function findMerged(open: OpenDocument, parent: YAMLMap, key: string): Entry | undefined {
  for (const map of mergedMaps(open, parent)) {
    const pair = findPair(map, key) ?? findMerged(open, map, key)
    if (pair !== undefined) return pair
  }
  return undefined
}

function copyMerged(open: OpenDocument, parent: YAMLMap, key: string): Entry | undefined {
  const merged = findMerged(open, parent, key)
  if (merged === undefined) return undefined
  const pair = new Pair<unknown, unknown>(copyOf(merged.key), copyOf(merged.value))
  parent.items.push(pair)
  return pair
}

/** Puts copies in the place of what is merged; the mapping's own keys come first, and the first of several merges. */
function inlineMerges(open: OpenDocument, parent: YAMLMap): void {
  const isMerge = (pair: Entry) => wordOf(pair.key) === '<<'
  const merged = mergedMaps(open, parent).flatMap(map => allPairs(open, map))
  const own = parent.items.filter(pair => !isMerge(pair))
  const taken = new Set(own.map(pair => wordOf(pair.key)))
  const copies = merged.flatMap(pair => {
    const word = wordOf(pair.key)
    if (taken.has(word)) return []
    taken.add(word)
    return [new Pair<unknown, unknown>(copyOf(pair.key), copyOf(pair.value))]
  })
  for (const pair of parent.items.filter(isMerge)) detachAll(open, pair.value)
  parent.items = [...copies, ...own]
}

function allPairs(open: OpenDocument, map: YAMLMap): Entry[] {
  const own = map.items.filter(pair => wordOf(pair.key) !== '<<')
  return [...own, ...mergedMaps(open, map).flatMap(merged => allPairs(open, merged))]
}

/** Anchors are of the original; aliases within go on to refer to it. */
function copyOf(node: unknown): unknown {
  if (!isNode(node)) return node
  const copy = node.clone() as Node
  visit(copy, (_, child) => {
    if (isNode(child) && 'anchor' in child) delete child.anchor
  })
  return copy
}

/** Aliases of the node, or of what holds it, have a copy from then on: what is changed here, changes here alone. */
function detach(open: OpenDocument, node: Node): void {
  const holders = new Set<unknown>()
  visit(open.document, (_, child, path) => {
    if (child !== node) return
    for (const each of [...path, child]) holders.add(each)
    return visit.BREAK
  })
  replaceAliases(open, target => holders.has(target))
}

function detachAll(open: OpenDocument, node: unknown): void {
  if (!isNode(node)) return
  const inside = new Set<unknown>()
  visit(node, (_, child) => {
    inside.add(child)
  })
  replaceAliases(open, target => inside.has(target))
}

function replaceAliases(open: OpenDocument, isMeant: (target: unknown) => boolean): void {
  visit(open.document, {
    Alias: (_, alias) => {
      const target = resolveAlias(open, alias)
      const copy = isMeant(target) ? copyOf(target) : undefined
      return isNode(copy) ? copy : undefined
    },
  })
}
