import test from 'ava'
import { down } from '../../src/cli/down.ts'
import { LabError } from '../../src/lab/lab-error.ts'

test('lab down --all takes no names, lest a slip take every lab', async t => {
  const error = await t.throwsAsync(down(['one'], { all: true }, {}), {
    instanceOf: LabError,
    message: '--all is every lab, and one is named',
  })
  t.is(error?.exitCode, 2)
  t.is(error?.standing, 'Nothing was changed.')
})

test('lab down --all takes no lab before the command either', async t => {
  await t.throwsAsync(down([], { all: true }, { lab: 'one' }), {
    instanceOf: LabError,
    message: '--all is every lab, and one is named',
  })
})
