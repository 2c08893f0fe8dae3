import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { LineFile } from '../../src/lab/line-file.ts'

for (const [title, before, after] of [
  ['an absent file is made', null, 'one\ntwo\n'],
  ['whole lines are added to', 'zero\n', 'zero\none\ntwo\n'],
  ['half a line stays a line of its own', 'zero\n{"ev', 'zero\n{"ev\none\ntwo\n'],
] as const)
  test(title, t => {
    const directory = mkdtempSync(join(tmpdir(), 'lab-lines-'))
    t.teardown(() => rmSync(directory, { recursive: true }))
    const path = join(directory, 'lines')
    if (before !== null) writeFileSync(path, before)
    using file = new LineFile(path)
    file.append('one')
    file.append('two')
    t.is(readFileSync(path, 'utf8'), after)
  })
