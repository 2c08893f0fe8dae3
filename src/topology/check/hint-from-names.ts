import { suggest } from '../suggest.ts'

/** What may have been meant by a name that nothing bears: the nearest one, or all that there are. */
export function hintFromNames(name: string, known: ReadonlySet<string>): { hint?: string } {
  const names = Array.from(known.values().take(mostNames))
  const listed = known.size === 0 ? undefined : `there are ${names.slice(0, 20).join(', ')}`
  const hint = suggest(name, names) ?? listed
  return hint === undefined ? {} : { hint }
}

// A suggestion among thousands of names is not worth comparing each mistake with all of them.
const mostNames = 500
