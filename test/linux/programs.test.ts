import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { checkOptionalPrograms } from '../../src/linux/machine/check-optional-programs.ts'
import {
  debianPackagesOf,
  findMissingPrograms,
  isInstalled,
  programs,
} from '../../src/linux/programs.ts'

function makeFolder(t: { teardown: (free: () => void) => void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'lab-programs-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return folder
}

test('in an empty folder every program is missing, and each Debian package is named once', t => {
  const missing = findMissingPrograms([makeFolder(t)])
  t.deepEqual(missing, programs)
  const packages = debianPackagesOf(missing)
  t.is(new Set(packages).size, packages.length)
  t.true(
    ['iproute2', 'iptables', 'dnsmasq-base', 'haproxy', 'udhcpc', 'curl'].every(name =>
      packages.includes(name),
    ),
  )
})

test('what stands in any of the folders, or is a link to a program, is not missing', t => {
  const [one, other] = [makeFolder(t), makeFolder(t)]
  writeFileSync(join(one, 'curl'), '', { mode: 0o755 })
  symlinkSync(join(one, 'curl'), join(other, 'udhcpc'))
  const names = findMissingPrograms([one, other]).map(program => program.name)
  t.false(names.includes('curl'))
  t.false(names.includes('udhcpc'))
  t.is(names.length, programs.length - 2)
})

const notAProgram = test.macro((t, make: (path: string) => void) => {
  const folder = makeFolder(t)
  make(join(folder, 'curl'))
  t.false(isInstalled('curl', [folder]))
})

test('a file that may not be run is no program', notAProgram, path => {
  writeFileSync(path, '')
  chmodSync(path, 0o644)
})
test('a folder is no program', notAProgram, path => mkdirSync(path))
test('a dangling link is no program', notAProgram, path => symlinkSync('/nowhere', path))

test('dhclient and radvd are missing only where they are asked for', t => {
  const folder = makeFolder(t)
  for (const { name } of programs) writeFileSync(join(folder, name), '', { mode: 0o755 })
  t.deepEqual(findMissingPrograms([folder]), [])
  const missing = findMissingPrograms([folder], ['dhclient', 'radvd'])
  t.deepEqual(debianPackagesOf(missing), ['isc-dhcp-client', 'radvd'])
  t.like(checkOptionalPrograms([folder]), [
    { level: 'warning', id: 'dhclient' },
    { level: 'warning', id: 'radvd' },
  ])
})
