import { LabError } from '../lab/lab-error.ts'
import { quoteWord } from '../plan/shell-quote.ts'
import type { Mistake, TopologyPath } from '../topology/mistake.ts'
import type { TopologyMistakes } from '../topology/topology-mistakes.ts'

/** What the user has typed for what a verb writes into the topology: at the path, and below it. */
export interface TypedWords {
  readonly path: TopologyPath
  readonly words: string
}

interface Verb {
  readonly lab: string
  /** `add instance vm9` */
  readonly what: string
  readonly typed: readonly TypedWords[]
}

/**
 * Mistakes of a topology that a verb has edited, which is on no disk: each is told of what the user has typed, or, where
 * it is of something else, by its place in the topology.
 */
export function explainMistakes(error: TopologyMistakes, { lab, what, typed }: Verb): LabError {
  const found = error.mistakes.map(mistake => ({ mistake, words: wordsFor(mistake.path, typed) }))
  const lines = found.map(
    ({ mistake, words }) => `${words ?? placeInTopology(mistake.path)}: ${messageOf(mistake)}`,
  )
  const isElsewhere = found.some(({ words }) => words === null)
  return new LabError([`Cannot ${what}`, ...new Set(lines)].join('\n'), {
    cause: error,
    standing: 'Nothing was changed.',
    ...(isElsewhere ? { hint: `\`lab --lab ${lab} topology\` prints the topology.` } : {}),
    exitCode: error.exitCode,
  })
}

/** An option or argument as it was typed, on a line: `--property 'motd=a b'`. */
export function asTypedWords(...words: readonly string[]): string {
  return words.map(word => quoteWord(shorten(word))).join(' ')
}

function shorten(word: string): string {
  return word.length <= longestWord ? word : `${word.slice(0, longestWord - 1)}…`
}

const longestWord = 80

/** Of the deepest path that the mistake is at or below. */
function wordsFor(path: TopologyPath, typed: readonly TypedWords[]): string | null {
  const [deepest] = typed
    .filter(candidate => candidate.path.every((step, index) => step === path[index]))
    .toSorted((one, other) => other.path.length - one.path.length)
  return deepest?.words ?? null
}

/** `instances.vm1.networks[0]` */
export function placeInTopology(path: TopologyPath): string {
  return path.reduce<string>((place, step) => {
    if (typeof step === 'number') return `${place}[${step}]`
    return place === '' ? step : `${place}.${step}`
  }, '')
}

/** Without the key that it is about, for which the words stand. */
function messageOf({ message, path, hint }: Mistake): string {
  const key = `\`${path.at(-1)}\` `
  const text = message.startsWith(key) ? message.slice(key.length) : message
  return hint === undefined ? text : `${text}; ${asOption(hint)}`
}

function asOption(hint: string): string {
  return hint.replace('set `enable_dhcp: false`', 'add --no-dhcp')
}
