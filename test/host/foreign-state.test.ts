import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { labsDirectory } from '../../src/lab/paths.ts'
import { labNames } from '../../src/lab/record.ts'
import { lab, randomLabName, hostTest as test } from './support/lab.ts'

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
