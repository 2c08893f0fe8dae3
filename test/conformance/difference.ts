/** One thing that is not as recorded; both sides one character a byte. */
export interface Difference {
  readonly what: string
  readonly recorded: string
  readonly lab: string
}

/** A difference of two texts; none where they are the same. */
export function differ(what: string, recorded: string, lab: string): Difference[] {
  return recorded === lab ? [] : [{ what, recorded, lab }]
}
