import test from 'ava'
import { filesWithoutTests } from '../../scripts/files-without-tests.ts'

const files = ['test/daemon/reload.test.ts', 'test/nova/path.test.ts']

test('a file whose test ended, well or not or skipped, is none', t => {
  t.deepEqual(
    filesWithoutTests(files, ['✔ daemon › reload › ends › well', '✘ nova › path › x']),
    [],
  )
  t.deepEqual(filesWithoutTests(files, ['- daemon › reload › later', '✔ nova › path › x']), [])
})

test('a file that no line names is one', t => {
  t.deepEqual(filesWithoutTests(files, ['✔ nova › path › x', '    daemon › reload › x']), [
    'test/daemon/reload.test.ts',
  ])
  t.deepEqual(filesWithoutTests(files, []), files)
})

test('one file is named by itself', t => {
  t.deepEqual(filesWithoutTests(['test/host/several.test.ts'], ['✔ several › x']), [])
})
