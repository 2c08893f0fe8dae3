import { createHash } from 'node:crypto'
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import test from 'ava'
import { openFileMemory } from '../../../../src/runtime/docker/image/file-memory.ts'

/** A folder with a file that has stood long enough to be remembered. */
async function makeFile() {
  const folder = mkdtempSync(join(tmpdir(), 'lab-memory-'))
  const path = join(folder, 'file')
  writeFileSync(path, 'one')
  await delay(150)
  return { folder, path, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

async function askOnce(folder: string | null, path: string): Promise<string> {
  const memory = openFileMemory(folder)
  const hash = await memory.sha256Of(path)
  memory.save()
  return hash
}

/** Makes the memory say something of the file that only it can say. */
function forge(folder: string): void {
  const [name = ''] = readdirSync(folder).filter(file => file.endsWith('.json'))
  const text = readFileSync(join(folder, name), 'utf8')
  writeFileSync(join(folder, name), text.replaceAll(sha256('one'), 'remembered'))
}

test('a file that is as it was is not read again', async t => {
  using file = await makeFile()
  t.is(await askOnce(file.folder, file.path), sha256('one'))
  forge(file.folder)
  t.is(await askOnce(file.folder, file.path), 'remembered')
})

test('a file of another content is read again, though its size and time are as before', async t => {
  using file = await makeFile()
  utimesSync(file.path, 1000, 1000)
  await delay(150)
  await askOnce(file.folder, file.path)
  forge(file.folder)
  writeFileSync(file.path, 'two')
  utimesSync(file.path, 1000, 1000)
  t.is(await askOnce(file.folder, file.path), sha256('two'))
})

test('a file that has just been written is not remembered: it may change without a new time', async t => {
  using file = await makeFile()
  const memory = openJustAfterWriting(file)
  t.is(await memory.sha256Of(file.path), sha256('one'))
  memory.save()
  t.deepEqual(readdirSync(file.folder), ['file'])
})

/** Once more where something else kept the processor busy in between. */
function openJustAfterWriting({
  folder,
  path,
}: {
  readonly folder: string
  readonly path: string
}) {
  for (;;) {
    writeFileSync(path, 'one')
    const memory = openFileMemory(folder)
    if (Date.now() - statSync(path).ctimeMs < 50) return memory
  }
}

for (const [what, text] of [
  ['damaged', '[["sha256'],
  ['of another form', '{"sha256":1}'],
  ['empty', ''],
] as const) {
  test(`a memory that is ${what} is none, and is written anew`, async t => {
    using file = await makeFile()
    await askOnce(file.folder, file.path)
    const [name = ''] = readdirSync(file.folder).filter(entry => entry.endsWith('.json'))
    writeFileSync(join(file.folder, name), text)
    t.is(await askOnce(file.folder, file.path), sha256('one'))
    forge(file.folder)
    t.is(await askOnce(file.folder, file.path), 'remembered')
  })
}

test('without a folder, or with one that is not there, nothing is kept and nothing fails', async t => {
  using file = await makeFile()
  t.is(await askOnce(null, file.path), sha256('one'))
  t.is(await askOnce(join(file.folder, 'nowhere'), file.path), sha256('one'))
  t.deepEqual(readdirSync(file.folder), ['file'])
})

test('what was found out about a file is found out again when a witness changes', async t => {
  using file = await makeFile()
  const witness = join(file.folder, 'witness')
  writeFileSync(witness, '')
  await delay(150)
  const ask = async (answer: string) => {
    const memory = openFileMemory(file.folder)
    const words = await memory.wordsOf(file.path, [witness], async () => [answer, 'more'])
    memory.save()
    return words
  }
  t.deepEqual(await ask('first'), ['first', 'more'])
  t.deepEqual(await ask('second'), ['first', 'more'])
  writeFileSync(witness, 'changed')
  t.deepEqual(await ask('third'), ['third', 'more'])
})
