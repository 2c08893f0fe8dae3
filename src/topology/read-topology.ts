import * as v from 'valibot'
import { checkTopology } from './check-topology.ts'
import { explainIssues } from './explain-issues.ts'
import { findMisshapen } from './find-misshapen.ts'
import type { Finding } from './finding.ts'
import { cutToFile, findRange } from './located.ts'
import type { Mistake, Position, TopologyPath, TopologySource } from './mistake.ts'
import { type ParsedYaml, parseYaml } from './parse-yaml.ts'
import { type PrunedTopology, prune } from './prune.ts'
import type { ReleaseName } from './release-names.ts'
import { type Topology, topologySchema } from './schema.ts'

export type TopologyReading =
  | {
      readonly ok: true
      readonly topology: Topology
      /** Where a path of the topology stands in the file. */
      readonly locate: (path: TopologyPath) => Position
    }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] }

/**
 * Reads and checks a topology file's text: all of it, or every mistake in it, by position. Where it is to be built with
 * another release of Neutron than it names, it is checked for that one.
 */
export function readTopology(source: TopologySource, release?: ReleaseName): TopologyReading {
  if (source.text.length > longest) return refuse('is longer than 1 MiB, which no topology is')
  const yaml = parseYaml(source)
  if (!yaml.isReadable) return { ok: false, mistakes: sort(yaml.mistakes) }
  const { value } = yaml.root
  if (value === null || value === undefined) return refuse('is empty')
  if (typeof value !== 'object' || Array.isArray(value)) return refuse('must be a mapping')
  return checkValue(value, yaml, release)
}

function checkValue(
  value: object,
  yaml: ParsedYaml,
  release: ReleaseName | undefined,
): TopologyReading {
  const parsed = v.safeParse(topologySchema, value, { abortPipeEarly: true })
  const misshapen = findMisshapen(topologySchema, value)
  const issues = parsed.success ? [] : explainIssues(parsed.issues)
  const shape = [...misshapen, ...withoutRepeats(issues, misshapen, yaml.mistakes)]
  const pruned = prune(value, shape)
  const asked = pruned === undefined ? [] : checkTopology(withRelease(pruned, release))
  const findings = [...shape, ...asked]
  if (findings.length + yaml.mistakes.length === 0 && parsed.success) {
    return {
      ok: true,
      topology: parsed.output,
      locate: path => yaml.positionOf(findRange(yaml.root, path, 'key')),
    }
  }
  const located = findings.map(finding => locateFinding(finding, yaml))
  return { ok: false, mistakes: sort([...yaml.mistakes, ...located]) }
}

function withRelease(pruned: PrunedTopology, release: ReleaseName | undefined): PrunedTopology {
  if (release === undefined) return pruned
  const { topology } = pruned
  return { ...pruned, topology: { ...topology, neutron: { ...topology.neutron, release } } }
}

/** The shape of what is misshapen above, or could not be read at all, is no mistake of its own. */
function withoutRepeats(
  issues: readonly Finding[],
  misshapen: readonly Finding[],
  unread: readonly Mistake[],
): Finding[] {
  const above = new Set(misshapen.map(({ path }) => JSON.stringify(path)))
  const same = new Set(unread.map(({ path }) => JSON.stringify(path)))
  return issues.filter(
    ({ path }) =>
      !same.has(JSON.stringify(path)) &&
      !path.some((_, at) => above.has(JSON.stringify(path.slice(0, at + 1)))),
  )
}

function locateFinding({ part = 'value', ...finding }: Finding, yaml: ParsedYaml): Mistake {
  const path = cutToFile(yaml.root, finding.path)
  return { ...finding, path, position: yaml.positionOf(findRange(yaml.root, path, part)) }
}

function refuse(message: string): TopologyReading {
  const position = { line: 1, column: 1, length: 1 }
  return { ok: false, mistakes: [{ message: `the file ${message}`, path: [], position }] }
}

function sort(mistakes: readonly Mistake[]): readonly Mistake[] {
  return mistakes.toSorted(
    ({ position: one }, { position: other }) => one.line - other.line || one.column - other.column,
  )
}

const longest = 2 ** 20
