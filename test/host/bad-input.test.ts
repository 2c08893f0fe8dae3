import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import avaTest from 'ava'
import { labAsNobody } from './support/as-nobody.ts'
import { isRoot, lab, hostTest as test } from './support/lab.ts'
import { changesOfMachine, type MachineSnapshot, snapshotMachine } from './support/machine.ts'

const folder = join(tmpdir(), `lab-bad-input-${process.pid}`)
const file = (name: string) => join(folder, name)
let before: MachineSnapshot = {}

const broken = `name: broken
neutrn: {}
networks:
  private: {subnets: [{cidr: 192.168.30.0/240}]}
  public: {subnets: [{cidr: 10.0.0.0/24, gatway_ip: 10.0.0.1}]}
instances:
  vm_1: {networks: [private]}
  vm2: {networks: [privat]}
`

if (isRoot) {
  avaTest.serial.before(async () => {
    before = await snapshotMachine()
    mkdirSync(file('folder'), { recursive: true })
    writeFileSync(file('broken.yaml'), broken)
    writeFileSync(file('syntax.yaml'), 'name: [\nnetworks: }\n')
    writeFileSync(file('empty.yaml'), '')
    writeFileSync(file('latin.yaml'), Buffer.from('name: \xff\xfe\n', 'latin1'))
    writeFileSync(file('nul.yaml'), 'name: a\0b\n')
    writeFileSync(file('bomb.yaml'), bomb())
    writeFileSync(file('large.yaml'), '')
    truncateSync(file('large.yaml'), 100 * 2 ** 20)
  })
  avaTest.serial.after.always(async t => {
    rmSync(folder, { recursive: true, force: true })
    t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
  })
}

/** Nine to the twelfth values, in less than a kilobyte. */
function bomb(): string {
  const list = (item: string) => `[${Array.from({ length: 9 }, () => item).join(', ')}]`
  const lines = Array.from({ length: 12 }, (_, at) => `a${at + 1}: &a${at + 1} ${list(`*a${at}`)}`)
  return [`a0: &a0 ${list('x')}`, ...lines, ''].join('\n')
}

function refuses(args: readonly string[], exitCode: number, ...says: readonly RegExp[]): void {
  test(`lab ${args.join(' ')}: exit ${exitCode}`, async t => {
    const ended = await lab(args, { cwd: folder })
    t.is(ended.exitCode, exitCode, ended.stderr)
    t.is(ended.stdout, '')
    for (const pattern of says) t.regex(ended.stderr, pattern)
    t.notRegex(ended.stderr, stackTrace)
  })
}

const stackTrace = /^\s+at .*(\.ts|\.js|node:)/m

refuses(['up', 'missing.yaml'], 2, /Cannot read topology missing\.yaml: there is no such file/)
refuses(['up', 'folder'], 2, /There is no topology|it is a directory/)
refuses(['up', './folder'], 2, /it is a directory/)
refuses(['up', 'large.yaml'], 2, /100\.0 MiB, and no topology is longer than 1 MiB/)
refuses(['up', 'latin.yaml'], 2, /it is not UTF-8, from byte 6 \(0xff\)/)
refuses(['up', 'nul.yaml'], 2, /nul\.yaml/)
refuses(['up', 'empty.yaml'], 2, /empty\.yaml:1:1: the file is empty/)
refuses(['up', 'bomb.yaml'], 2, /bomb\.yaml:1:1: /)
refuses(['up', 'syntax.yaml'], 2, /syntax\.yaml:\d+:\d+: /, /\^/, /Nothing was changed/)
refuses(
  ['up', 'dhcp-mod'],
  2,
  /no topology `dhcp-mod`/,
  /did you mean `dhcp-mode`\?/,
  /router-mode/,
)
refuses(['up', 'dhcp-mode', '--release', 'usuri'], 2, /did you mean `ussuri`\?/, /2026\.1/)
refuses(['up', 'dhcp-mode', '--name', 'Bad_Name'], 2, /"Bad_Name" cannot be the name of a lab/)
refuses(['up', 'dhcp-mode', '--name', '../../etc'], 2, /cannot be the name of a lab/)
refuses(['up', 'dhcp-mode', '--name', ''], 2, /cannot be the name of a lab/)
refuses(['up', 'dhcp-mode', '--nmae', 'x'], 2, /unknown option '--nmae'/, /Did you mean --name\?/)
refuses(['up', 'dhcp-mode', '--runtime', 'x'], 2, /Allowed choices/)
refuses(['upp', 'dhcp-mode'], 2, /unknown command 'upp'/, /Did you mean up\?/)
refuses(['up'], 2, /missing required argument 'topology'/)
refuses(['up', 'dhcp-mode', 'router-mode'], 2, /too many arguments/)
refuses(['validate', 'broken.yaml'], 2, /5 mistakes in broken\.yaml/)
refuses(['up', '--dry-run', 'broken.yaml'], 2, /5 mistakes in broken\.yaml/)

test('every mistake of a topology is shown at once, with its place, a caret and a suggestion', async t => {
  const { exitCode, stdout, stderr } = await lab(['up', 'broken.yaml'], { cwd: folder })
  t.is(exitCode, 2)
  t.is(stdout, '')
  t.is(
    stderr,
    `broken.yaml:2:1: unknown key \`neutrn\`
    neutrn: {}
    ^^^^^^
    did you mean \`neutron\`?

broken.yaml:4:30: \`cidr\` must be a CIDR like 192.168.30.0/24
      private: {subnets: [{cidr: 192.168.30.0/240}]}
                                 ^^^^^^^^^^^^^^^^

broken.yaml:5:42: unknown key \`gatway_ip\`
      public: {subnets: [{cidr: 10.0.0.0/24, gatway_ip: 10.0.0.1}]}
                                             ^^^^^^^^^
    did you mean \`gateway_ip\`?

broken.yaml:7:3: \`vm_1\` must be a host name: 1 to 63 letters, digits or -, not beginning or ending with - (RFC 1123)
      vm_1: {networks: [private]}
      ^^^^

broken.yaml:8:20: there is no network \`privat\`
      vm2: {networks: [privat]}
                       ^^^^^^
    did you mean \`private\`?

5 mistakes in broken.yaml. Nothing was changed.`,
  )
})

test('the stack trace is there for who asks with LAB_DEBUG', async t => {
  const { exitCode, stderr } = await lab(['up', 'missing.yaml'], {
    cwd: folder,
    env: { LAB_DEBUG: '1' },
  })
  t.is(exitCode, 2)
  t.regex(stderr, stackTrace)
})

test('who is not root is told so in one line, before anything is read or made', async t => {
  const { exitCode, stdout, stderr } = await labAsNobody(['up', 'dhcp-mode'])
  t.is(stdout, '')
  t.not(exitCode, 0)
  t.regex(stderr, /root/)
  t.regex(stderr, /sudo/)
  t.is(stderr.split('\n').length, 1)
})

test('who is not root may validate', async t => {
  const { exitCode, stderr } = await labAsNobody(['validate', 'dhcp-mode', 'router-mode'])
  t.is(exitCode, 0, stderr)
})
