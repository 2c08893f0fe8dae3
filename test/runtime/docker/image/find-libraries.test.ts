import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import test from 'ava'
import { openFileMemory } from '../../../../src/runtime/docker/image/file-memory.ts'
import { findLibraries } from '../../../../src/runtime/docker/image/find-libraries.ts'

test('the libraries of Node.js are files of this machine, the loader and the C library among them', async t => {
  const libraries = await findLibraries(process.execPath, openFileMemory(null))
  t.true(libraries.every(existsSync))
  const names = libraries.map(path => basename(path))
  t.true(names.includes('libc.so.6'))
  t.true(names.some(name => name.startsWith('ld-linux')))
})

test('a script has none', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-libraries-'))
  const path = join(folder, 'script')
  writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 })
  t.deepEqual(await findLibraries(path, openFileMemory(null)), [])
  rmSync(folder, { recursive: true })
})

test('what is remembered is asked again where a library has gone', async t => {
  const memory = {
    ...openFileMemory(null),
    wordsOf: async () => ['/nowhere/libgone.so.1'],
  }
  const libraries = await findLibraries(process.execPath, memory)
  t.true(libraries.length > 2 && libraries.every(existsSync))
})
