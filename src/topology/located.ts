import type { TopologyPath } from './mistake.ts'

/** A value of the file, with where it and its key stand. Aliases share one. */
export interface Located {
  readonly value: unknown
  readonly range: TextRange
  readonly children: ReadonlyMap<string | number, LocatedChild>
  /** How many values there are in it with every alias written out. */
  readonly weight: number
}

export interface LocatedChild {
  readonly key: TextRange
  readonly located: Located
}

/** Offsets in the text; the end is the first that does not belong. */
export interface TextRange {
  readonly start: number
  readonly end: number
}

/**
 * Where a path of the file stands. A path that is not there stands where its nearest ancestor does: at the
 * ancestor's key, because that is what one has to look at.
 */
export function findRange(root: Located, path: TopologyPath, part: 'key' | 'value'): TextRange {
  let key: TextRange | undefined
  let located = root
  for (const step of path) {
    const child = located.children.get(step)
    if (child === undefined) return key ?? firstOf(located)
    key = child.key
    located = child.located
  }
  if (key === undefined) return firstOf(located)
  return part === 'key' || located.children.size > 0 ? key : located.range
}

function firstOf(located: Located): TextRange {
  const [first] = located.children.values()
  return first?.key ?? { start: located.range.start, end: located.range.start + 1 }
}
