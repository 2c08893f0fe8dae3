import test from 'ava'
import { lookUntilStill } from '../../src/cli/look-until-still.ts'

/** Looks at something that changes during each of the first looks, and is whole from one on. */
async function looksAt(changesDuring: number, wholeFrom: number): Promise<number> {
  let looks = 0
  const seen = await lookUntilStill({
    look: async () => {
      looks += 1
      return looks
    },
    changeTime: () => Math.min(looks, changesDuring),
    isWhole: look => look >= wholeFrom,
  })
  return seen
}

test('what stands still is looked at once, whole or not', async t => {
  t.is(await looksAt(0, 1), 1)
  t.is(await looksAt(0, 9), 1)
})

test('what has changed meanwhile is looked at again, until it is whole or still', async t => {
  t.is(await looksAt(5, 2), 2)
  t.is(await looksAt(1, 9), 2)
  t.is(await looksAt(5, 1), 1)
})

test('what goes on changing is looked at three times', async t => {
  t.is(await looksAt(9, 9), 3)
})
