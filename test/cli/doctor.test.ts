import { chmodSync, mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import test from 'ava'
import { execa } from 'execa'
import { projectRoot } from '../../src/linux/gather-facts.ts'

const lab = join(projectRoot, 'lab')
const asRoot = process.geteuid?.() === 0 ? test : test.skip

asRoot('doctor prints one JSON object, and exits with 0 where nothing is missing', async t => {
  const { stdout, exitCode } = await execa(lab, ['doctor', '--json'])
  const { ready, findings } = JSON.parse(stdout)
  t.is(exitCode, 0)
  t.true(ready)
  for (const finding of findings) {
    t.deepEqual(Object.keys(finding).sort(), ['found', 'id', 'level', 'remedy', 'title', 'why'])
  }
})

asRoot('doctor names missing programs and exits with 3', async t => {
  const hideHaproxy =
    'mount --bind /dev/null "$(readlink -f /usr/sbin/haproxy)" && exec "$0" doctor'
  const { stdout, exitCode } = await execa(
    'unshare',
    ['--mount', '--propagation', 'private', 'sh', '-c', hideHaproxy, lab],
    { reject: false },
  )
  t.is(exitCode, 3)
  t.regex(stdout, /^✘ Programs +not installed: haproxy/m)
  t.regex(stdout, /^ +→ (sudo )?apt-get install --no-install-recommends haproxy$/m)
  t.regex(stdout, /^Missing: Programs$/m)
})

asRoot('doctor serves others than root while a lab stands', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-doctor-'))
  try {
    chmodSync(folder, 0o755)
    const { stdout } = await execa(
      'unshare',
      ['--mount', '--propagation', 'private', 'sh', '-c', AS_NOBODY, projectRoot, folder],
      { cwd: '/', reject: false },
    )
    t.is(JSON.parse(stdout).ready, true)
  } finally {
    rmdirSync(folder)
  }
})

const AS_NOBODY = `mount -t tmpfs lab /var/lib && mkdir -p /var/lib/lab/demo &&
(umask 077 && echo {} > /var/lib/lab/demo/lab.json) && mount --rbind "$0" "$1" &&
exec setpriv --reuid=65534 --regid=65534 --clear-groups "$1/lab" doctor --json`

test('without a terminal there is no colour', async t => {
  const { stdout } = await execa(lab, ['doctor'], { reject: false })
  t.false(stdout.includes('\u001B'))
})
