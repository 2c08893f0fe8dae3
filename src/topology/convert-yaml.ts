import { isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'
import type { Located, LocatedChild, TextRange } from './located.ts'
import type { Mistake, Position, TopologyPath } from './mistake.ts'

/** Turns the nodes of a YAML document into plain values that know where they stand, in time linear to the text. */
export class YamlConverter {
  readonly mistakes: Mistake[] = []
  readonly #positionOf: (range: TextRange) => Position
  #mergedCount = 0
  readonly #anchors = new Map<string, Located | 'open'>()

  constructor(positionOf: (range: TextRange) => Position) {
    this.#positionOf = positionOf
  }

  report(range: TextRange, path: TopologyPath, message: string, hint?: string): void {
    const position = this.#positionOf(range)
    this.mistakes.push({ message, path, position, ...(hint === undefined ? {} : { hint }) })
  }

  /** Merges copy keys, so their number is bounded as they are made. */
  isExhausted(): boolean {
    return this.#mergedCount > heaviest
  }

  convert(node: unknown, path: TopologyPath): Located {
    const range = rangeOf(node)
    if (isAlias(node)) return this.#resolve(node.source, range, path)
    if (path.length > deepest) {
      this.report(range, path, `this ${tooDeep}`)
      return { ...emptyRoot, range }
    }
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined
    if (anchor !== undefined) this.#anchors.set(anchor, 'open')
    const located = this.#convertContent(node, range, path)
    if (anchor !== undefined) this.#anchors.set(anchor, located)
    return located
  }

  #convertContent(node: unknown, range: TextRange, path: TopologyPath): Located {
    if (isMap(node)) return this.#convertMap(node, range, path)
    if (isSeq(node)) return this.#convertSeq(node, range, path)
    return { value: isScalar(node) ? node.value : null, range, children: new Map(), weight: 1 }
  }

  #resolve(name: string, range: TextRange, path: TopologyPath): Located {
    const target = this.#anchors.get(name)
    if (target !== undefined && target !== 'open') return { ...target, range }
    const problem = target === 'open' ? 'refers to itself' : 'refers to an anchor that is not there'
    this.report(range, path, `\`*${name}\` ${problem}`)
    return { ...emptyRoot, range }
  }

  #convertSeq(node: YAMLSeq, range: TextRange, path: TopologyPath): Located {
    const children = new Map<number, LocatedChild>()
    for (const [index, item] of node.items.entries()) {
      const located = this.convert(item, [...path, index])
      children.set(index, { key: located.range, located })
    }
    return {
      value: Array.from(children.values(), child => child.located.value),
      range,
      children,
      weight: weigh(children),
    }
  }

  #convertMap(node: YAMLMap, range: TextRange, path: TopologyPath): Located {
    const own = new Map<string, LocatedChild>()
    const merged = new Map<string | number, LocatedChild>()
    for (const pair of node.items) this.#convertPair(pair, path, own, merged)
    const children = new Map([...merged, ...own])
    const value = Object.fromEntries(
      Array.from(children, ([key, child]) => [key, child.located.value]),
    )
    return { value, range, children, weight: weigh(children) }
  }

  #convertPair(
    pair: Pair,
    path: TopologyPath,
    own: Map<string, LocatedChild>,
    merged: Map<string | number, LocatedChild>,
  ): void {
    const keyRange = rangeOf(pair.key)
    const key = this.#readKey(pair.key, keyRange, path)
    if (key === undefined) return
    const located = this.convert(pair.value ?? undefined, [...path, key])
    const child = { key: keyRange, located: pair.value ? located : { ...located, range: keyRange } }
    const first = own.get(key)
    if (key === '<<') this.#merge(child, path, merged)
    else if (first === undefined) own.set(key, child)
    else {
      const { line } = this.#positionOf(first.key)
      this.report(keyRange, [...path, key], `\`${key}\` is here twice; first in line ${line}`)
    }
  }

  #readKey(node: unknown, range: TextRange, path: TopologyPath): string | undefined {
    const key = isAlias(node)
      ? this.#resolve(node.source, range, path).value
      : isScalar(node)
        ? (node.source ?? node.value)
        : undefined
    const text = typeof key === 'object' || key === undefined ? undefined : String(key)
    if (text === undefined || text === '') this.report(range, path, 'a key must be plain text')
    else if (unsafeKeys.has(text)) {
      this.report(range, [...path, text], `\`${text}\` cannot be a name or key here`)
    } else return text
    return undefined
  }

  #merge(
    child: LocatedChild,
    path: TopologyPath,
    merged: Map<string | number, LocatedChild>,
  ): void {
    const { value, children } = child.located
    const parts = Array.isArray(value) ? Array.from(children.values()) : [child]
    for (const part of parts) {
      if (!isMapping(part.located.value)) {
        this.report(child.key, path, '`<<` merges mappings only')
        continue
      }
      for (const [key, inherited] of part.located.children) {
        if (merged.has(key)) continue
        merged.set(key, inherited)
        this.#mergedCount += 1
        if (this.#mergedCount > heaviest) return
      }
    }
  }
}

function isMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function weigh(children: ReadonlyMap<unknown, LocatedChild>): number {
  return children.values().reduce((sum, child) => sum + child.located.weight, 1)
}

function rangeOf(node: unknown): TextRange {
  const range = isAlias(node) || isMap(node) || isSeq(node) || isScalar(node) ? node.range : null
  return { start: range?.[0] ?? 0, end: range?.[1] ?? 1 }
}

/** Stands for what could not be read. */
export const emptyRoot: Located = {
  value: null,
  range: { start: 0, end: 1 },
  children: new Map(),
  weight: 1,
}

const deepest = 64

/** How many values a file may have with every alias written out. */
export const heaviest = 250_000
export const tooDeep = `is nested more than ${deepest} levels deep`

// Plain objects and the schema library treat these names specially.
const unsafeKeys = new Set(['__proto__', 'constructor', 'prototype'])
