import { suggest } from '../suggest.ts'

/** What may have been meant by a name that nothing bears: the nearest one, or all that there are. */
export function hintFromNames(name: string, known: ReadonlySet<string>): { hint?: string } {
  const names = Array.from(known.values().take(mostNames))
  const hint = suggest(name, names) ?? (known.size === 0 ? undefined : listNames(names))
  return hint === undefined ? {} : { hint }
}

/** `there is net`, `there are net, six`: as many as people read. */
export function listNames(names: readonly string[]): string {
  return `there ${names.length === 1 ? 'is' : 'are'} ${names.slice(0, 20).join(', ')}`
}

// A suggestion among thousands of names is not worth comparing each mistake with all of them.
const mostNames = 500
