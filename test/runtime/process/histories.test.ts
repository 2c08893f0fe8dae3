import test from 'ava'
import { decodeHistories } from '../../../src/runtime/process/histories.ts'

test('what a watcher has written down is read back', t => {
  const histories = { haproxy: { restarts: 1, lastRestartAt: null, lastError: 'it said so' } }
  t.deepEqual(decodeHistories(JSON.stringify(histories)), histories)
})

for (const text of ['', '{"haproxy": {"rest', 'null', '3', '[]'])
  test(`\`${text}\`, which a full disk or a crash has left, is no history`, t => {
    t.deepEqual(decodeHistories(text), {})
  })
