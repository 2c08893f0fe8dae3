import test from 'ava'
import {
  batchKeyOf,
  type CommandStep,
  commandOf,
  isCommandStep,
  removeCommandOf,
} from '../../src/plan/command.ts'
import { quoteCommand } from '../../src/plan/shell-quote.ts'
import { planOf, shippedTopology } from '../fixtures/planned.ts'

const { steps } = planOf(shippedTopology('router-mode'))

function pick(id: string): CommandStep {
  const step = steps.filter(isCommandStep).find(candidate => candidate.id === id)
  if (step === undefined) throw new Error(`no step ${id}`)
  return step
}

const vm1 = 'lab-fixture-vm1'
const vm2 = 'lab-fixture-vm2'
const controller = 'lab-fixture-controller'

const makes = test.macro({
  exec(t, ids: readonly [string, ...string[]], command: string, stdin?: string) {
    const [first, ...rest] = ids
    const made = commandOf([pick(first), ...rest.map(pick)])
    t.is(quoteCommand(made.argv), command)
    t.is(made.stdin, stdin)
  },
  title: (_, ids: readonly string[]) => `the command for ${ids.join(' and ')}`,
})

test(makes, [`netns:${vm1}`, `netns:${vm2}`], 'ip -batch -', `netns add ${vm1}\nnetns add ${vm2}\n`)
test(makes, [`lo:${vm1}`], `nsenter --net=/run/netns/${vm1} ip -batch -`, 'link set lo up\n')
test(
  makes,
  [`netns:${vm1}`, `sysctl:${vm1}`],
  'ip -batch -',
  `netns add ${vm1}\nnetns exec ${vm1} sysctl -qw net.ipv4.ip_forward=0\n`,
)
test(
  makes,
  ['management:controller', `lo:${controller}`],
  `nsenter --net=/run/netns/${controller} ip -batch -`,
  'link add br-mgmt mtu 1500 type bridge stp_state 0 forward_delay 0 mcast_snooping 0\n' +
    'address add 172.29.236.11/22 brd + dev br-mgmt\nlink set br-mgmt up\nlink set lo up\n',
)

test('a namespace in which nothing is set takes no command for it', t => {
  const settings = pick(`sysctl:${vm1}`)
  if (settings.kind !== 'sysctl') return t.fail('no sysctl')
  const { stdin } = commandOf([pick(`netns:${vm1}`), { ...settings, settings: {} }])
  t.is(stdin, `netns add ${vm1}\n`)
})

test('rules go as one iptables-restore of their family', t => {
  const rules = steps.filter(step => step.kind === 'rules')
  t.is(rules.length, 4)
  for (const step of rules) {
    const { argv, stdin } = commandOf([step])
    t.deepEqual(argv.slice(0, 2), ['nsenter', `--net=/run/netns/${step.namespace}`])
    t.deepEqual(argv.slice(2), [step.family === 4 ? 'iptables-restore' : 'ip6tables-restore'])
    t.is(stdin, step.rules)
  }
})

test('a service runs in its namespace with its marks', t => {
  const haproxy = steps.find(
    candidate => candidate.kind === 'service' && candidate.service === 'haproxy',
  )
  if (haproxy?.kind !== 'service') return t.fail('no haproxy')
  const step = { ...haproxy, environment: { PROCESS_TAG: haproxy.name } }
  const { argv, service } = commandOf([step])
  t.is(
    quoteCommand(argv),
    `ip netns exec ${step.namespace} env PROCESS_TAG=${step.name} haproxy -f ${step.argv[2]}`,
  )
  t.is(service, step)
})

test('what goes with its namespace or is a process needs no command to remove', t => {
  for (const step of steps.filter(isCommandStep)) {
    const command = removeCommandOf([step])
    if (step.kind === 'netns') t.is(command?.stdin, `netns delete ${step.namespace}\n`)
    else if (step.kind === 'ip') t.is(command === null, step.removeLines.length === 0)
    else if (step.kind === 'rules') t.regex(command?.stdin ?? '', /^(?:\*[a-z]+\nCOMMIT\n)+$/)
    else t.is(command, null)
  }
})

test('only steps of one namespace share a batch, but for what makes namespaces', t => {
  for (const step of steps.filter(isCommandStep)) {
    const key = batchKeyOf(step)
    if (key === null) continue
    const alike = steps.filter(isCommandStep).filter(other => batchKeyOf(other) === key)
    if (key === 'netns')
      t.deepEqual([...new Set(alike.map(({ kind }) => kind))], ['netns', 'sysctl'])
    else t.is(new Set(alike.map(one => ('namespace' in one ? one.namespace : null))).size, 1)
  }
})

test("rules of bridges are left out where the machine's kernel refuses them everywhere", t => {
  const step = {
    kind: 'rules',
    id: 'rulesbridge:host',
    host: 'host',
    phase: 'wiring',
    needs: [],
    why: '',
    source: [],
    namespace: 'host',
    family: 'bridge',
    rules: '*nat\nCOMMIT\n',
  } as const
  const { argv, stdin } = commandOf([step])
  t.deepEqual(argv.slice(0, 4), ['nsenter', '--net=/run/netns/host', 'sh', '-c'])
  const [first, ...otherwise] = argv[4]?.split(' || ') ?? []
  t.is(first, 'rules=$(cat); echo "$rules" | ebtables-nft-restore')
  t.deepEqual(otherwise, ['! echo "$rules" | unshare --net ebtables-nft-restore 2>/dev/null'])
  t.is(stdin, step.rules)
})
