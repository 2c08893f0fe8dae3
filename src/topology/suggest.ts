import { closest, distance } from 'fastest-levenshtein'

/** `did you mean …?` where one of the known words is close enough to be meant; undefined elsewhere. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined
  const candidate = closest(word.slice(0, 100).toLowerCase(), known)
  const allowed = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3))
  return distance(word.toLowerCase(), candidate.toLowerCase()) <= allowed
    ? `did you mean \`${candidate}\`?`
    : undefined
}
