import process from 'node:process'

/** What a run's draws go by. With LAB_TEST_SEED, as a failure names it, they are those of that run. */
export const testSeed = seedOf(process.env.LAB_TEST_SEED)

function seedOf(wish: string | undefined): number {
  if (wish === undefined) return Date.now()
  if (/^\d+$/.test(wish)) return Number(wish)
  throw new Error(`LAB_TEST_SEED must be a number, and is "${wish}"`)
}
