import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { labsDirectory } from '../../src/lab/paths.ts'
import { labNames } from '../../src/lab/record.ts'
import { lab, randomLabName, hostTest as test } from './support/lab.ts'
import { cleanOnly } from './support/sweep.ts'

test('a directory that no lab could be called is no lab', async t => {
  const path = `${labsDirectory}/lost+found`
  const wasThere = existsSync(labsDirectory)
  mkdirSync(path, { recursive: true })
  t.false(labNames().includes('lost+found'))
  rmSync(wasThere ? path : labsDirectory, { recursive: true })
})

test("an admin's files under the name of a lab are neither built over nor removed", async t => {
  const name = randomLabName()
  const path = `${labsDirectory}/${name}`
  const wasThere = existsSync(labsDirectory)
  mkdirSync(path, { recursive: true })
  writeFileSync(`${path}/backup.tar`, 'precious')
  for (const command of [
    ['down', name],
    ['up', 'dhcp-mode', '--name', name],
  ]) {
    const { exitCode, stderr } = await lab(command)
    t.is(exitCode, 1, command.join(' '))
    t.regex(stderr, /has no record of a lab, and holds backup\.tar/)
    t.true(existsSync(`${path}/backup.tar`))
  }
  rmSync(wasThere ? path : labsDirectory, { recursive: true })
})

test('what a kill before the record has left is cleared away', async t => {
  const name = randomLabName()
  const path = `${labsDirectory}/${name}`
  mkdirSync(path, { recursive: true })
  writeFileSync(`${path}/lab.json.new`, '{"for')
  t.is((await lab(['down', name])).exitCode, 0)
  t.false(existsSync(path))
})

test('clean takes away what is left over although a record is damaged, and says so', async t => {
  const [damaged, left] = [`a-${randomLabName()}`.slice(0, 32), randomLabName()]
  for (const name of [damaged, left]) mkdirSync(`${labsDirectory}/${name}`, { recursive: true })
  writeFileSync(`${labsDirectory}/${damaged}/lab.json`, '{"for')
  const { exitCode, stdout, stderr } = await cleanOnly(t, [damaged, left])
  t.is(exitCode, 1)
  t.regex(stdout, new RegExp(`✔ Lab ${left} \\(half-built\\) is gone`))
  t.regex(stderr, new RegExp(`Cannot read \\S+/${damaged}/lab.json`))
  t.true(existsSync(`${labsDirectory}/${damaged}`))
  rmSync(`${labsDirectory}/${damaged}`, { recursive: true })
  if (readdirSync(labsDirectory).length === 0) rmdirSync(labsDirectory)
})

for (const format of [1, 3] as const)
  test(`a lab of an older version (${format}) is taken away, and everything else says that it must be`, async t => {
    const name = randomLabName()
    t.is((await lab(['up', 'dhcp-mode', '--name', name])).exitCode, 0)
    const path = `${labsDirectory}/${name}/lab.json`
    writeFileSync(path, JSON.stringify(asOf(format, JSON.parse(readFileSync(path, 'utf8')))))
    for (const command of [
      ['status', name],
      ['up', 'dhcp-mode', '--name', name],
      ['--lab', name, 'exec', 'vm1', 'true'],
    ]) {
      const { exitCode, stderr } = await lab(command)
      t.is(exitCode, 1, command.join(' '))
      t.regex(stderr, new RegExp(`Lab ${name} was built by an older version[^]*lab down ${name}`))
    }
    t.regex(
      (await lab(['list'])).stdout,
      new RegExp(`${name} +stands +20`),
      'no counts that nobody knows',
    )
    t.regex((await lab(['down', name])).stdout, /is gone: 4 namespaces/)
  })

/** What records did not have yet: 1, guests, floating IPs and containers; 3, the topology and what agents know. */
function asOf(format: 1 | 3, { kept: _, states: __, ...record }: Record<string, unknown>): unknown {
  if (format === 3) return { ...record, format }
  const { containers: ___, ...older } = record
  const { guests: ____, floating_ips: _____, ...olderCloud } = Object(record.cloud)
  return { ...older, format, cloud: olderCloud }
}

test('down takes the labs away that there are, whatever other names it was given', async t => {
  const name = randomLabName()
  mkdirSync(`${labsDirectory}/${name}`, { recursive: true })
  const { exitCode, stderr } = await lab(['down', 'no-such-lab', name])
  t.is(exitCode, 1)
  t.regex(stderr, /There is no lab no-such-lab/)
  t.false(existsSync(`${labsDirectory}/${name}`))
})
