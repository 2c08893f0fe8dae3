interface Look<Seen> {
  /** Looks once. */
  readonly look: () => Promise<Seen>
  /** Of what is looked at; another one says that it has changed. */
  readonly changeTime: () => number | undefined
  /** Whether what was seen needs no second look. */
  readonly isWhole: (seen: Seen) => boolean
}

/**
 * Looks again at what has changed meanwhile, an agent that synchronized say, so that a lab half-way to what it is to be is
 * not told as broken. Three looks at most: what goes on changing is shown as it is.
 */
export async function lookUntilStill<Seen>(wish: Look<Seen>): Promise<Seen> {
  for (let looks = 1; ; looks += 1) {
    const before = wish.changeTime()
    const seen = await wish.look()
    if (wish.isWhole(seen) || before === wish.changeTime() || looks === MOST_LOOKS) return seen
  }
}

const MOST_LOOKS = 3
