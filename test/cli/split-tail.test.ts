import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import test from 'ava'
import { execa } from 'execa'
import { splitTail } from '../../src/cli/split-tail.ts'

test("each line that tail prints comes with its file, without tail's own lines", async t => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-tail-'))
  const [one = '', other = ''] = ['one.log', 'other.log'].map(name => join(folder, name))
  writeFileSync(one, 'first\n\n\nlast\n')
  writeFileSync(other, '\nsecond\n')
  try {
    const tail = execa('tail', ['--verbose', '-n', '+1', one, other, one])
    const found = await Array.fromAsync(splitTail(createInterface({ input: tail.stdout })))
    const ofOne = ['first', '', '', 'last'].map(line => ({ file: one, line }))
    const ofOther = ['', 'second'].map(line => ({ file: other, line }))
    t.deepEqual(found, [...ofOne, ...ofOther, ...ofOne])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
