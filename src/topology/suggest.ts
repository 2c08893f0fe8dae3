import { closest, distance } from 'fastest-levenshtein'

/** `did you mean …?` where one of the known words is close enough to be meant; undefined elsewhere. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  const near = known
    .filter(candidate => Math.abs(candidate.length - word.length) <= 3)
    .slice(0, 500)
  if (near.length === 0 || word.length > 100) return undefined
  const candidate = closest(word.toLowerCase(), near)
  const allowed = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3))
  return distance(word.toLowerCase(), candidate.toLowerCase()) <= allowed
    ? `did you mean \`${candidate}\`?`
    : undefined
}
