import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import process from 'node:process'
import test from 'ava'

const writer = `${import.meta.dirname}/log-writer.ts`
const limitBytes = 64 * 1024

/** Runs the writer with its stdout at the end of `path`. */
async function writeLines(path: string, count: number): Promise<void> {
  const log = openSync(path, 'a', 0o600)
  const child = spawn(process.execPath, [writer, `${limitBytes}`, `${count}`], {
    stdio: ['ignore', log, 'inherit'],
  })
  closeSync(log)
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`the writer exited with ${code}`)
}

function makeDirectory() {
  const directory = mkdtempSync(`${tmpdir()}/lab-log-`)
  return {
    path: `${directory}/x.log`,
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  }
}

function numbersIn(path: string): number[] {
  return [...readFileSync(path, 'utf8').matchAll(/ INFO test \[-\] line (\d+)\n/g)].map(
    ([, number]) => Number(number),
  )
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index)
}

test('a short log stays one file, and all of it is there when the process ends', async t => {
  using log = makeDirectory()
  await writeLines(log.path, 100)
  t.deepEqual(numbersIn(log.path), range(0, 100))
  t.is(statSync(`${log.path}.1`).size, 0)
})

test('a long log is two files of the limit at most, and the last lines are in them, each once', async t => {
  using log = makeDirectory()
  await writeLines(log.path, 5000)
  const [older, newer] = [numbersIn(`${log.path}.1`), numbersIn(log.path)]
  t.deepEqual([...older, ...newer], range(older[0] ?? -1, 5000))
  t.true((older[0] ?? 0) > 0)
  t.true(older.length > 500)
  for (const path of [log.path, `${log.path}.1`]) {
    t.true(statSync(path).size <= limitBytes)
    t.is(statSync(path).mode & 0o777, 0o600)
  }
})

test('what a log held before counts', async t => {
  using log = makeDirectory()
  writeFileSync(log.path, `${'before\n'.repeat(limitBytes / 7)}`)
  await writeLines(log.path, 100)
  const [older, newer] = [readFileSync(`${log.path}.1`, 'utf8'), numbersIn(log.path)]
  t.true(older.startsWith('before\n'))
  t.deepEqual([...numbersIn(`${log.path}.1`), ...newer], range(0, 100))
})

test('tail goes on with what comes after a rotation', async t => {
  using log = makeDirectory()
  writeFileSync(log.path, '')
  const tail = spawn('tail', ['-n', '+1', '-F', log.path], { stdio: ['ignore', 'pipe', 'ignore'] })
  const { promise: seen, resolve } = Promise.withResolvers<void>()
  let said = ''
  tail.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if (said.endsWith('line 4999\n')) resolve()
  })
  await writeLines(log.path, 5000)
  await seen
  tail.kill()
  const numbers = [...said.matchAll(/line (\d+)\n/g)].map(([, number]) => Number(number))
  t.is(numbers[0], 0)
  t.is(numbers.at(-1), 4999)
  t.is(new Set(numbers).size, numbers.length)
})

test('a log does not follow a link to keep what is older', async t => {
  using log = makeDirectory()
  const elsewhere = `${log.path}-elsewhere`
  symlinkSync(elsewhere, `${log.path}.1`)
  await writeLines(log.path, 5000)
  t.false(existsSync(elsewhere))
  t.deepEqual(numbersIn(log.path), range(0, 5000))
})
