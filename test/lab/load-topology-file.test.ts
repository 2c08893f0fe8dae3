import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { loadTopologyFile } from '../../src/lab/load-topology-file.ts'

const folder = await mkdtemp(join(tmpdir(), 'lab-load-'))
test.after.always(() => rm(folder, { recursive: true }))

const good = 'networks: {a: {subnets: [{cidr: 10.0.0.0/24}]}}\n'

async function put(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

const refuses = test.macro(async (t, prepare: () => Promise<string>, message: RegExp) => {
  await t.throwsAsync(loadTopologyFile(await prepare()), { name: 'LabError', message })
})

test('a shipped topology is found by its name', async t => {
  t.is((await loadTopologyFile('dhcp-mode')).name, 'dhcp-mode')
})

test('a lab without a name is called after its file', async t => {
  t.is((await loadTopologyFile(await put('My Lab.yaml', good))).name, 'my-lab')
})

test('a byte order mark is no content', async t => {
  t.is((await loadTopologyFile(await put('bom.yaml', `\u{feff}name: x\n${good}`))).name, 'x')
})

test('mistakes are thrown with the file they are in', async t => {
  const path = await put('bad.yaml', 'networks: {a: {mtu: 1}}')
  const error = await t.throwsAsync(loadTopologyFile(path), { name: 'TopologyMistakes' })
  t.true(error?.message.startsWith(`${path}:1:21: \`mtu\` must be at least 68`))
})

test('an almost right name is suggested', async t => {
  const error = await t.throwsAsync(loadTopologyFile('dhcp-mod'), { name: 'LabError' })
  t.like(error, { exitCode: 2, message: 'There is no topology `dhcp-mod`.' })
  t.regex(
    String(error && 'hint' in error && error.hint),
    /did you mean `dhcp-mode`\?\nThese ship: .*\bdhcp-mode, /,
  )
})

test(
  'a missing file is refused',
  refuses,
  async () => join(folder, 'none.yaml'),
  /there is no such file/,
)
test('a directory is refused', refuses, async () => folder, /it is a directory/)
test('a device is refused unread', refuses, async () => '/dev/zero', /not a regular file/)
test(
  'a file of 100 MB is refused unread',
  refuses,
  async () => {
    const path = await put('big.yaml', '')
    await truncate(path, 100_000_000)
    return path
  },
  /95\.4 MiB, and no topology is longer than 1 MiB/,
)
test(
  'the first byte that is not UTF-8 is named, a U+FFFD that is there is not',
  refuses,
  () => put('latin.yaml', Buffer.from('é\u{fffd} \xff', 'utf8').fill(0xff, 6, 7)),
  /not UTF-8, from byte 6 \(0xff\)/,
)
test(
  'UTF-16 is refused',
  refuses,
  () => put('utf16.yaml', Buffer.from('\u{feff}name: x', 'utf16le')),
  /not UTF-8, from byte 0/,
)

test('a topology comes through a pipe as -', t => {
  const module = new URL('../../src/lab/load-topology-file.ts', import.meta.url).href
  const script = `const { loadTopologyFile } = await import('${module}'); console.log((await loadTopologyFile('-')).name)`
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    input: `name: piped\n${good}`,
  })
  t.is(run.stdout.toString(), 'piped\n')
})
