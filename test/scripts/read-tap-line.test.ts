import test from 'ava'
import { readTapLine } from '../../scripts/read-tap-line.ts'

const reads = test.macro(
  (t, line: string, shown: string | undefined, counts: readonly number[]) => {
    const { shown: text, counted } = readTapLine(line)
    t.is(text, shown)
    t.deepEqual([counted.passed, counted.failed, counted.skipped], counts)
  },
)

test('a passed test', reads, 'ok 12 - cli › prints JSON', '✔ cli › prints JSON', [1, 0, 0])
test('a failed test', reads, 'not ok 3 - bad', '✘ bad', [0, 1, 0])
test('a skipped test', reads, 'ok 1 - later # SKIP', '- later', [0, 0, 1])
test('a test to be written', reads, 'not ok 2 - todo # TODO', '- todo', [0, 0, 1])
test('a title with a hash', reads, 'ok 4 - issue # 3', '✔ issue # 3', [1, 0, 0])
test('the words of a failure', reads, "    message: 'x'", "    message: 'x'", [0, 0, 0])
test('the frame', reads, 'TAP version 13', undefined, [0, 0, 0])
test('the plan', reads, '1..4', undefined, [0, 0, 0])
test('the total', reads, '# fail 2', undefined, [0, 0, 0])
