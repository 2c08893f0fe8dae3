import type * as v from 'valibot'
import type { Finding } from './finding.ts'
import type { TopologyPath } from './mistake.ts'
import { suggest } from './suggest.ts'

/** The schema library's issues in our words; unknown keys are left to `findMisshapen`. */
export function explainIssues(issues: readonly v.BaseIssue<unknown>[]): Finding[] {
  return issues.flatMap(issue => explainIssue(issue, []))
}

function explainIssue(issue: v.BaseIssue<unknown>, above: TopologyPath): Finding[] {
  const path = [...above, ...(issue.path ?? []).map(({ key }) => toStep(key))]
  if (issue.type === 'strict_object' && issue.expected === 'never') return []
  if (issue.type === 'union') return explainUnion(issue, path)
  const part = issue.path?.at(-1)?.origin === 'key' ? 'key' : 'value'
  return [{ message: explain(issue, path), path, part, ...hintFor(issue) }]
}

/** Of a word, a list or a mapping, that was meant which the value is: its inner issues say more. */
function explainUnion(issue: v.BaseIssue<unknown>, path: TopologyPath): Finding[] {
  const inner = (issue.issues ?? []).filter(option => isMeant(option, issue.input))
  if (inner.length > 0) return inner.flatMap(option => explainIssue(option, path))
  return [{ message: explain(issue, path), path, ...hintFor(issue) }]
}

/** The schema library takes lists for mappings. */
function isMeant(option: v.BaseIssue<unknown>, input: unknown): boolean {
  const [step] = option.path ?? []
  if (step !== undefined) return (step.type === 'array') === Array.isArray(input)
  return option.kind === 'validation' || (option.type === 'picklist' && typeof input === 'string')
}

function explain(issue: v.BaseIssue<unknown>, path: TopologyPath): string {
  const label = nameOf(path)
  if (issue.input === undefined) return `${label} is missing`
  if (issue.input === null) return `${label} is empty`
  if (issue.kind === 'validation' || issue.type === 'picklist') return `${label} ${issue.message}`
  return `${label} must be ${wanted(issue.expected)}, not ${kindOf(issue.input)}`
}

function hintFor(issue: v.BaseIssue<unknown>): { hint?: string } {
  const isPlain = typeof issue.input === 'number' || typeof issue.input === 'boolean'
  if (isPlain && issue.expected?.includes('string')) {
    return { hint: 'put it in quotes to make it text' }
  }
  if (issue.type !== 'picklist' || typeof issue.input !== 'string') return {}
  const options = Array.from(
    issue.expected?.matchAll(/"([^"]+)"/g) ?? [],
    ([, option = '']) => option,
  )
  const hint = suggest(issue.input, options)
  return hint === undefined ? {} : { hint }
}

/** `cidr`, or `subnets[0]` for an item of a list. */
function nameOf(path: TopologyPath): string {
  const last = path.at(-1)
  if (typeof last !== 'number') return `\`${last ?? 'the file'}\``
  return `\`${path.at(-2) ?? ''}[${last}]\``
}

function toStep(key: unknown): string | number {
  return typeof key === 'number' ? key : String(key)
}

function wanted(expected: string | null): string {
  const words = (expected ?? '')
    .replace(/[()]/g, '')
    .split(' | ')
    .map(word => kindWords[word] ?? word)
  return [...new Set(words)].join(' or ')
}

function kindOf(input: unknown): string {
  if (Array.isArray(input)) return 'a list'
  return kindWords[typeof input] ?? typeof input
}

const kindWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  Object: 'a mapping',
  object: 'a mapping',
  Array: 'a list',
  null: 'null',
}
