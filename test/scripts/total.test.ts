import test from 'ava'
import { type Failure, gatherFailure } from '../../scripts/total.ts'

test('of the lines of a run, those of failed tests are gathered with what is said of them', t => {
  const lines = [
    '✔ one › good',
    '    a log of it',
    '✘ one › bad',
    '  ---',
    '    message: "x"',
    '✔ two › good',
    '✘ two › bad',
    'no line of it',
    '  at: here',
  ]
  t.deepEqual(lines.reduce<readonly Failure[]>(gatherFailure, []), [
    ['✘ one › bad', '  ---', '    message: "x"'],
    ['✘ two › bad', '  at: here'],
  ])
})
