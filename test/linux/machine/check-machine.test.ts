import process from 'node:process'
import test from 'ava'
import { execa } from 'execa'
import { projectRoot } from '../../../src/linux/gather-facts.ts'
import { sudoPrefix } from '../../../src/linux/is-root.ts'
import { checkMachine, checkMachineQuickly } from '../../../src/linux/machine/check-machine.ts'
import { checkPrograms } from '../../../src/linux/machine/check-programs.ts'
import { programs } from '../../../src/linux/programs.ts'

const asRoot = process.geteuid?.() === 0 ? test : test.skip

test('every finding has an id of its own, and a remedy exactly where something is wrong', async t => {
  const { findings } = await checkMachine('/var/lib/lab')
  t.is(new Set(findings.map(({ id }) => id)).size, findings.length)
  for (const { level, remedy, title, why, found } of findings) {
    t.is(remedy === null, level === 'ok', title)
    t.true(why.length > 0 && found.length > 0, title)
  }
})

test('the quick look is a part of the whole', async t => {
  const all = (await checkMachine('/var/lib/lab')).findings.map(({ id }) => id)
  const quick = checkMachineQuickly('/var/lib/lab').findings.map(({ id }) => id)
  t.deepEqual(quick, all.slice(0, quick.length))
})

asRoot('a machine on which these tests run can do all that is tried in the namespace', async t => {
  const { findings } = await checkMachine('/var/lib/lab')
  t.deepEqual(
    findings.filter(({ level }) => level === 'missing' || level === 'unchecked'),
    [],
  )
})

asRoot('trying leaves no link and no namespace', async t => {
  await checkMachine('/var/lib/lab')
  const { stdout: links } = await execa('ip', ['-o', 'link'])
  t.notRegex(links, /: (br0|veth0|veth1)[:@]/)
  const { stdout: namespaces } = await execa('ip', ['netns'])
  t.notRegex(namespaces, /^probe\b/m)
})

/** A file system of one megabyte in a mount namespace of its own, where checkPlace looks. */
const judgesPlace = test.macro(async (t, mountOptions: string, levels: readonly string[]) => {
  const look = `
    import { checkPlace } from '${projectRoot}/src/linux/machine/check-place.ts'
    console.log(checkPlace('/mnt/lib/lab').map(({ level }) => level).join(' '))`
  const { stdout } = await execa('unshare', [
    ...['--mount', '--propagation', 'private', 'sh', '-c'],
    `mount -t tmpfs -o ${mountOptions} lab /mnt && exec "$0" --input-type=module -e "$1"`,
    process.execPath,
    look,
  ])
  t.deepEqual(stdout.split(' '), levels)
})

asRoot('a state directory can be made where there is space', judgesPlace, 'size=64m', ['ok', 'ok'])
asRoot('a read-only file system is named', judgesPlace, 'ro,size=64m', ['missing', 'ok'])
asRoot('a full disk is named', judgesPlace, 'size=1m', ['ok', 'missing'])
asRoot('a lack of inodes is named', judgesPlace, 'size=64m,nr_inodes=9', ['ok', 'missing'])

test('missing programs are named with the line to type', t => {
  const haproxy = programs.filter(({ name }) => name === 'haproxy')
  t.like(checkPrograms(haproxy), {
    level: 'missing',
    found: 'not installed: haproxy (is the metadata proxy in qdhcp-* and qrouter-*)',
    remedy: `${sudoPrefix()}apt-get install --no-install-recommends haproxy`,
  })
})
