import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import test from 'ava'
import { rotateLog } from '../../src/runtime/process/rotate-log.ts'

test('a log is moved once it has its limit, in place of the one before', t => {
  const directory = mkdtempSync(`${tmpdir()}/lab-rotate-`)
  const path = `${directory}/x.log`
  try {
    rotateLog(path, 4)
    t.deepEqual(readdirSync(directory), [])
    for (const text of ['one', 'first', 'second']) {
      writeFileSync(path, text)
      rotateLog(path, 4)
    }
    t.deepEqual(readdirSync(directory), ['x.log.1'])
    t.is(readFileSync(`${path}.1`, 'utf8'), 'second')
  } finally {
    rmSync(directory, { recursive: true })
  }
})
