import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { CommandFailed } from '../../src/linux/command-failed.ts'
import { installDebianPackages } from '../../src/linux/install-debian-packages.ts'

interface Scene {
  /** What apt-get and dpkg do, in sh: `$try` counts the calls of apt-get install from 1. */
  readonly aptGet: string
  readonly hasLists: boolean
  /** The first words of the commands that follow. */
  readonly commands: readonly string[]
  /** What the error says, where there is one. */
  readonly failure?: RegExp
}

/** A folder with an apt-get and a dpkg, for failures that the real ones do not give on demand. */
const installs = test.macro(async (t, { aptGet, hasLists, commands, failure }: Scene) => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-apt-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const lists = join(folder, 'lists')
  mkdirSync(lists)
  if (hasLists) writeFileSync(join(lists, 'deb.example_main_binary-amd64_Packages.lz4'), '')
  writeFileSync(join(folder, 'apt-get'), FAKE_APT_GET.replace('ANSWER', aptGet), { mode: 0o755 })
  writeFileSync(join(folder, 'dpkg'), '#!/bin/sh\n', { mode: 0o755 })
  const said: string[] = []
  const installing = installDebianPackages({
    packages: ['haproxy'],
    services: ['haproxy'],
    onCommand: command => said.push(command),
    path: `${folder}:/usr/bin:/bin`,
    listsDirectory: lists,
  })
  if (failure === undefined) await t.notThrowsAsync(installing)
  else await t.throwsAsync(installing, { instanceOf: CommandFailed, message: failure })
  t.deepEqual(
    said.map(command => command.split(' ').slice(0, 2).join(' ')),
    commands,
  )
})

const FAKE_APT_GET = `#!/bin/sh
[ "$1" = update ] && exit
echo >>"$0.tries"
try=$(wc -l <"$0.tries")
ANSWER
`

test('what apt has lists of is installed at once', installs, {
  aptGet: 'exit 0',
  hasLists: true,
  commands: ['apt-get install'],
})

test('lists that are missing are fetched first', installs, {
  aptGet: 'exit 0',
  hasLists: false,
  commands: ['apt-get update', 'apt-get install'],
})

test('lists that are too old are fetched anew', installs, {
  aptGet:
    '[ $try = 2 ] || { echo "E: Failed to fetch http://deb.example/haproxy.deb  404  Not Found" >&2; exit 100; }',
  hasLists: true,
  commands: ['apt-get install', 'apt-get update', 'apt-get install'],
})

test('an interrupted dpkg run is completed', installs, {
  aptGet: `[ $try = 2 ] || { echo "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem." >&2; exit 100; }`,
  hasLists: true,
  commands: ['apt-get install', 'dpkg --force-confold', 'apt-get install'],
})

test('a failure that is not ours to repair is told in its own words', installs, {
  aptGet: 'echo "E: Unmet dependencies." >&2; exit 100',
  hasLists: true,
  commands: ['apt-get install'],
  failure: /^apt-get install .* haproxy\nexited with 100: E: Unmet dependencies\.$/s,
})

test('what two fetches of the lists do not cure is told', installs, {
  aptGet: 'echo "E: Unable to locate package haproxy" >&2; exit 100',
  hasLists: true,
  commands: ['apt-get install', 'apt-get update', 'apt-get install'],
  failure: /Unable to locate package haproxy/,
})

test('packages are kept from starting services and from asking', installs, {
  aptGet: '[ "$SYSTEMD_OFFLINE$RUNLEVEL$NEEDRESTART_SUSPEND$DEBIAN_FRONTEND" = 111noninteractive ]',
  hasLists: true,
  commands: ['apt-get install'],
})

test('the service of a package is turned off by apt itself', installs, {
  aptGet:
    'case "$*" in *"--option=DPkg::Post-Invoke::=update-rc.d haproxy disable"*) ;; *) exit 1 ;; esac',
  hasLists: true,
  commands: ['apt-get install'],
})
