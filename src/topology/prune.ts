import * as v from 'valibot'
import type { Finding } from './finding.ts'
import { formatCidr, parseCidr } from './ip.ts'
import type { TopologyPath } from './mistake.ts'
import { type Topology, topologySchema } from './schema.ts'

/** What is left of a topology without its ill-formed parts, so that the rest can be checked all the same. */
export interface PrunedTopology {
  readonly topology: Topology
  /** Turns a path of the pruned topology into the file's. */
  readonly toFilePath: (path: TopologyPath) => TopologyPath
  /** Whether something was taken away at this path or below it. */
  readonly isDamaged: (path: TopologyPath) => boolean
  /** The names that the file gives, whether or not what they name is well-formed. */
  readonly namesIn: (section: Section) => ReadonlySet<string>
}

export type Section = 'hosts' | 'networks' | 'routers' | 'keypairs' | 'instances' | 'guests'

/** Takes away what the findings point at until the schema accepts the rest; undefined where nothing is left. */
export function prune(given: object, findings: readonly Finding[]): PrunedTopology | undefined {
  const meant = findings.filter(({ path }) => isMeantCidr(path, valueAt(given, path)))
  const value = withNetworks(given, meant)
  const names = {
    hosts: namesIn(value, 'hosts'),
    networks: namesIn(value, 'networks'),
    routers: namesIn(value, 'routers'),
    keypairs: namesIn(value, 'keypairs'),
    instances: namesIn(value, 'instances'),
    guests: namesIn(value, 'guests'),
  }
  const removed = new RemovedPaths(value)
  removed.addAll(findings.filter(finding => !meant.includes(finding)).map(({ path }) => path))
  for (let round = 0; round < maxRounds && !removed.hasRoot(); round += 1) {
    const indexes: FileIndexes = new WeakMap()
    const rest = strip(value, removed, indexes, [])
    const parsed = v.safeParse(topologySchema, rest)
    const toFilePath = (path: TopologyPath) => translate(rest, path, indexes)
    if (parsed.success) {
      return {
        topology: parsed.output,
        toFilePath,
        isDamaged: path => removed.isAtOrBelow(path),
        namesIn: section => names[section],
      }
    }
    removed.addAll(parsed.issues.map(issue => toFilePath(stepsOf(issue))))
  }
  return undefined
}

/** A subnet's range with host bits says which network is meant, so what else is wrong about it can be told too. */
function isMeantCidr(path: TopologyPath, value: unknown): boolean {
  return path.at(-1) === 'cidr' && typeof value === 'string' && parseCidr(value) !== undefined
}

function withNetworks(given: object, meant: readonly Finding[]): object {
  if (meant.length === 0) return given
  const value = structuredClone(given)
  for (const { path } of meant) {
    const subnet = valueAt(value, path.slice(0, -1))
    const cidr = valueAt(subnet, ['cidr'])
    const network = typeof cidr === 'string' ? parseCidr(cidr) : undefined
    if (typeof subnet === 'object' && subnet !== null && network !== undefined)
      Object.assign(subnet, { cidr: formatCidr(network) })
  }
  return value
}

function valueAt(value: unknown, path: TopologyPath): unknown {
  return path.reduce<unknown>((node, step) => childOf(node, step), value)
}

/** For a list that lost items: the index in the file of each that is left. */
type FileIndexes = WeakMap<readonly unknown[], readonly number[]>

class RemovedPaths {
  readonly #value: unknown
  readonly #paths = new Set<string>()
  readonly #ancestors = new Set<string>()

  constructor(value: unknown) {
    this.#value = value
  }

  /** Something that is missing, or was taken away before, takes what it is missing from with it. */
  addAll(paths: readonly TopologyPath[]): void {
    const targets = paths.map(path => {
      const missing = path.findIndex((_, at) => !this.#isThere(path.slice(0, at + 1)))
      return missing === -1 ? path : path.slice(0, missing)
    })
    for (const target of targets) this.#add(target)
  }

  has(path: TopologyPath): boolean {
    return this.#paths.has(JSON.stringify(path))
  }

  hasRoot(): boolean {
    return this.has([])
  }

  isAtOrBelow(path: TopologyPath): boolean {
    return this.#ancestors.has(JSON.stringify(path))
  }

  #add(path: TopologyPath): void {
    this.#paths.add(JSON.stringify(path))
    for (let length = 0; length <= path.length; length += 1) {
      this.#ancestors.add(JSON.stringify(path.slice(0, length)))
    }
  }

  #isThere(path: TopologyPath): boolean {
    const value = valueAt(this.#value, path)
    return value !== undefined && !this.has(path)
  }
}

function strip(
  value: unknown,
  removed: RemovedPaths,
  indexes: FileIndexes,
  path: TopologyPath,
): unknown {
  if (typeof value !== 'object' || value === null || !removed.isAtOrBelow(path)) return value
  const kept = Object.entries(value)
    .map(([key, child]) => ({ key: Array.isArray(value) ? Number(key) : key, child }))
    .filter(({ key }) => !removed.has([...path, key]))
    .map(({ key, child }) => ({ key, child: strip(child, removed, indexes, [...path, key]) }))
  if (!Array.isArray(value)) return Object.fromEntries(kept.map(({ key, child }) => [key, child]))
  const items = kept.map(({ child }) => child)
  indexes.set(
    items,
    kept.map(({ key }) => Number(key)),
  )
  return items
}

function translate(rest: unknown, path: TopologyPath, indexes: FileIndexes): TopologyPath {
  let node = rest
  return path.map(step => {
    const original = Array.isArray(node) ? indexes.get(node)?.[Number(step)] : undefined
    node = childOf(node, step)
    return original ?? step
  })
}

function stepsOf(issue: v.BaseIssue<unknown>): TopologyPath {
  return (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))
}

function namesIn(value: unknown, section: Section): ReadonlySet<string> {
  const names = childOf(value, section)
  return new Set(typeof names === 'object' && names !== null ? Object.keys(names) : [])
}

function childOf(node: unknown, step: string | number): unknown {
  if (typeof node !== 'object' || node === null) return undefined
  return Object.getOwnPropertyDescriptor(node, step)?.value
}

/** Each round goes at least one level up, and no part of a topology is deeper than this. */
const maxRounds = 12
