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
 * ancestor's key, because that is what one has to look at, or at the plain text that stands for a mapping.
 */
export function findRange(root: Located, path: TopologyPath, part: 'key' | 'value'): TextRange {
  let key: TextRange | undefined
  let located = root
  for (const step of path) {
    const child = located.children.get(step)
    if (child === undefined) return isText(located) ? located.range : (key ?? firstOf(located))
    key = child.key
    located = child.located
  }
  if (key === undefined) return firstOf(located)
  const isEmpty = located.value === null || located.value === undefined
  return part === 'key' || isEmpty || located.children.size > 0 ? key : located.range
}

/** The path as far as the file has it: a bare name may stand for a mapping that the schema makes of it. */
export function cutToFile(root: Located, path: TopologyPath): TopologyPath {
  let located: Located | undefined = root
  const end = path.findIndex(step => {
    if (located !== undefined && isText(located)) return true
    located = located?.children.get(step)?.located
    return false
  })
  return end === -1 ? path : path.slice(0, end)
}

function isText({ value }: Located): boolean {
  return typeof value === 'string'
}

function firstOf(located: Located): TextRange {
  const [first] = located.children.values()
  return first?.key ?? { start: located.range.start, end: located.range.start + 1 }
}
