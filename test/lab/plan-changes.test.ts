import { basename } from 'node:path'
import test from 'ava'
import { type Condition, planChanges } from '../../src/lab/plan-changes.ts'
import { directoryStep, fileStep } from '../../src/plan/file-steps.ts'
import {
  isContained,
  type Plan,
  type ServiceStep,
  type Step,
  type SysctlStep,
} from '../../src/plan/step.ts'
import { containerFacts } from '../fixtures/container-facts.ts'
import { planOf, shippedTopology } from '../fixtures/planned.ts'

const place = { host: 'controller', why: 'a test', source: [] }

interface IpWish {
  readonly needs?: readonly string[]
  readonly lines: readonly string[]
  readonly removeLines?: readonly string[]
  readonly devices?: readonly string[]
}

function ip(id: string, { needs = [], lines, removeLines = [], devices = [] }: IpWish): Step {
  return {
    ...place,
    kind: 'ip',
    id,
    phase: 'wiring',
    needs,
    namespace: 'a',
    lines,
    removeLines,
    expects: { links: devices.map(device => ({ device })) },
  }
}

function service(name: string, needs: readonly string[], more: Partial<ServiceStep> = {}): Step {
  return {
    ...place,
    kind: 'service',
    id: `service:${name}`,
    phase: 'metadata',
    needs,
    name,
    service: 'haproxy',
    namespace: 'a',
    argv: [name],
    environment: {},
    daemonizes: true,
    pidFile: `/run/${name}`,
    logFile: `/log/${name}`,
    commandLineHolds: name,
    listens: [],
    leaves: [],
    files: { reads: [], writes: [], named: [] },
    supervised: true,
    ...more,
  }
}

const bridge = ip('bridge', { lines: ['link add bridge'], removeLines: ['link delete bridge'] })
const linkOf = (more = '', id = 'link', needs = ['bridge']) =>
  ip(id, { needs, lines: [`link add eth0${more}`], removeLines: ['link delete eth0'] })
const link = linkOf()
const addressOf = (addresses: readonly string[], id = 'address', needs = ['link']) =>
  ip(id, {
    needs,
    lines: ['link set eth0 up', ...addresses.map(one => `address add ${one} dev eth0`)],
    removeLines: addresses.map(one => `address delete ${one} dev eth0`),
    devices: ['eth0'],
  })
const address = addressOf(['10.0.0.5/24'])
const all = (): Condition => 'stands'
const none = (): Condition => 'unfinished'
const but =
  (condition: Condition, ...ids: readonly string[]) =>
  (id: string): Condition =>
    ids.includes(id) ? condition : 'stands'

interface Row {
  readonly recorded: readonly Step[]
  readonly wanted: readonly Step[]
  readonly conditionOf?: (id: string) => Condition
  /** Ids; what is not named is left alone. */
  readonly remove?: readonly string[]
  readonly update?: readonly string[]
  readonly make?: readonly string[]
}

const changes = test.macro({
  exec(t, _: string, { recorded, wanted, conditionOf = all, ...expected }: Row) {
    const seen = planChanges(recorded, wanted, conditionOf)
    const ids = {
      remove: seen.remove.map(({ id }) => id),
      update: seen.update.map(({ after }) => after.id),
      make: seen.make.map(({ id }) => id),
    }
    t.deepEqual(ids, { remove: [], update: [], make: [], ...expected })
    for (const { before, after } of seen.update) {
      t.true(recorded.includes(before))
      t.is(before.id, after.id)
      t.true(seen.steps.includes(after))
    }
  },
  title: (_, what: string) => what,
})

const chain = [bridge, link, address]

test(changes, 'recorded, wanted alike, stands: nothing', { recorded: chain, wanted: chain })
test(changes, 'not recorded: made', {
  recorded: [],
  wanted: chain,
  conditionOf: none,
  make: ['bridge', 'link', 'address'],
})
test(changes, 'not recorded though it stands: made, for it is not known as the lab’s', {
  recorded: [bridge],
  wanted: [bridge, link],
  make: ['link'],
})
for (const condition of ['stands', 'differs', 'unfinished'] as const)
  test(changes, `recorded, no longer wanted, ${condition}: taken away`, {
    recorded: chain,
    wanted: [bridge, link],
    conditionOf: but(condition, 'address'),
    remove: ['address'],
  })
test(changes, 'another reason, order or place in the topology is no change', {
  recorded: [bridge],
  wanted: [{ ...bridge, why: 'another', source: ['networks'], needs: ['netns'] }],
})

// Links, addresses and routes

test(changes, 'an address that somebody took away is set again where it was', {
  recorded: chain,
  wanted: chain,
  conditionOf: but('differs', 'address'),
  update: ['address'],
})
test(changes, 'addresses that were half set are taken away and set', {
  recorded: chain,
  wanted: chain,
  conditionOf: but('unfinished', 'address'),
  remove: ['address'],
  make: ['address'],
})
test(changes, 'another address is set in place', {
  recorded: chain,
  wanted: [bridge, link, addressOf(['10.0.0.6/24'])],
  update: ['address'],
})
test(changes, 'a line that goes and has none to take it back is no change in place', {
  recorded: [bridge, link, ip('address', { lines: ['address add a'], removeLines: ['flush'] })],
  wanted: [bridge, link, ip('address', { lines: ['address add b'], removeLines: ['flush'] })],
  remove: ['address'],
  make: ['address'],
})
test(changes, 'a link with another MTU is changed in place', {
  recorded: [bridge, linkOf(' mtu 1450 type veth'), address],
  wanted: [bridge, linkOf(' mtu 1400 type veth'), address],
  update: ['link'],
})
test(changes, 'what stands on a link that changes otherwise is made anew with it', {
  recorded: chain,
  wanted: [bridge, linkOf(' address fa:16:3e:00:00:01'), address],
  remove: ['link', 'address'],
  make: ['link', 'address'],
})
test(changes, 'what stands on a link that is gone is made anew with it, however far', {
  recorded: chain,
  wanted: chain,
  conditionOf: but('differs', 'bridge'),
  remove: ['bridge', 'link', 'address'],
  make: ['bridge', 'link', 'address'],
})
const routeOf = (line = 'route replace default via 10.0.0.1', needs = ['address']) =>
  ip('routes', { needs, lines: [line], removeLines: [line.replace('replace', 'delete')] })
test(changes, 'routes are set again where an address goes, and no more than that', {
  recorded: [...chain, routeOf()],
  wanted: [bridge, link, addressOf(['10.0.0.6/24']), routeOf()],
  update: ['address', 'routes'],
})
test(changes, 'an address more leaves routes alone', {
  recorded: [...chain, routeOf()],
  wanted: [bridge, link, addressOf(['10.0.0.5/24', '10.0.1.5/24']), routeOf()],
  update: ['address'],
})
test(changes, 'another route is set in place', {
  recorded: [...chain, routeOf()],
  wanted: [...chain, routeOf('route replace default via 10.0.0.2')],
  update: ['routes'],
})
test(changes, 'routes over a link that is made anew are set again', {
  recorded: [...chain, routeOf()],
  wanted: [bridge, linkOf(' address fa:16:3e:00:00:01'), address, routeOf()],
  remove: ['link', 'address'],
  update: ['routes'],
  make: ['link', 'address'],
})

const client = service('client', ['address'])
test(changes, 'a client that has its address to itself starts anew on a link that is made anew', {
  recorded: [bridge, link, addressOf([]), client],
  wanted: [bridge, linkOf(' address fa:16:3e:00:00:01'), addressOf([]), client],
  remove: ['link', 'address', client.id],
  make: ['link', 'address', client.id],
})

// Rules and settings

const rulesOf = (rules: string): Step => ({
  ...place,
  kind: 'rules',
  id: 'rules',
  phase: 'wiring',
  needs: ['netns'],
  namespace: 'a',
  family: 4,
  rules,
})
const netns: Step = {
  ...place,
  kind: 'netns',
  id: 'netns',
  phase: 'namespaces',
  needs: [],
  namespace: 'a',
}
for (const condition of ['stands', 'differs', 'unfinished'] as const)
  test(changes, `other rules go in over those that are there: ${condition}`, {
    recorded: [netns, rulesOf('*nat')],
    wanted: [netns, rulesOf('*filter')],
    conditionOf: but(condition, 'rules'),
    update: ['rules'],
  })
test(changes, 'rules that somebody changed go in again', {
  recorded: [netns, rulesOf('*nat')],
  wanted: [netns, rulesOf('*nat')],
  conditionOf: but('differs', 'rules'),
  update: ['rules'],
})
test(changes, 'rules of a namespace that is gone are made with it', {
  recorded: [netns, rulesOf('*nat')],
  wanted: [netns, rulesOf('*nat')],
  conditionOf: but('differs', 'rules', 'netns'),
  remove: ['netns', 'rules'],
  make: ['netns', 'rules'],
})
const settingsOf = (settings: Readonly<Record<string, string>>, need = 'netns'): SysctlStep => ({
  ...place,
  kind: 'sysctl',
  id: 'sysctl',
  phase: 'namespaces',
  needs: [need],
  namespace: 'a',
  settings,
})
test(changes, 'settings are set where they are others, or more', {
  recorded: [netns, settingsOf({ x: '0' })],
  wanted: [netns, settingsOf({ x: '1', y: '1' })],
  update: ['sysctl'],
})
test(changes, 'a namespace that loses a setting is made anew: nobody knows what it was before', {
  recorded: [netns, settingsOf({ x: '1', y: '1' }), rulesOf('*nat')],
  wanted: [netns, settingsOf({ x: '1' }), rulesOf('*nat')],
  remove: ['netns', 'sysctl', 'rules'],
  make: ['netns', 'sysctl', 'rules'],
})
test(changes, 'a device that loses a setting stays', {
  recorded: [...chain, settingsOf({ x: '1', y: '1' }, 'link')],
  wanted: [...chain, settingsOf({ x: '0' }, 'link')],
  update: ['sysctl'],
})
const ownSettings = (settings: Readonly<Record<string, string>>): Step => ({
  ...settingsOf(settings, 'address'),
  resetBy: 'link',
})
test(changes, 'but for one that begins anew with it, and what was built on it', {
  recorded: [...chain, ownSettings({ x: '1', y: '1' })],
  wanted: [...chain, ownSettings({ x: '1' })],
  remove: ['link', 'address', 'sysctl'],
  make: ['link', 'address', 'sysctl'],
})
test(changes, 'or with all of its settings', {
  recorded: [...chain, ownSettings({ x: '1' })],
  wanted: chain,
  remove: ['link', 'address', 'sysctl'],
  make: ['link', 'address'],
})
test(changes, 'a device that goes needs no settings', {
  recorded: [...chain, ownSettings({ x: '1' })],
  wanted: [bridge],
  remove: ['link', 'address', 'sysctl'],
})
const waitFor = (until: string): Step => ({
  ...place,
  kind: 'wait',
  id: 'wait',
  phase: 'proxies',
  needs: ['address'],
  namespace: 'a',
  until,
  timeoutSeconds: 30,
})
const proxy = service('proxy', ['wait', 'address'])
test(changes, 'what is waited for is waited for again where an address comes, and nothing else', {
  recorded: [...chain, waitFor('x'), proxy],
  wanted: [bridge, link, addressOf(['10.0.0.5/24', '10.0.1.5/24']), waitFor('x'), proxy],
  update: ['address'],
  make: ['wait'],
})
test(changes, 'another condition is waited for, and what runs goes on', {
  recorded: [...chain, waitFor('x'), proxy],
  wanted: [...chain, waitFor('y'), proxy],
  make: ['wait'],
})

// Files and services

const directory = directoryStep({ ...place, path: '/state', mode: 0o755 }, [])
const file = (content: string, volatile?: true) =>
  fileStep({ ...place, path: '/state/file', content, ...(volatile ? { volatile } : {}) })
const fileId = file('').id
const first = service('first', [fileId])
const second = service('second', [first.id])

test(changes, 'a service that is gone takes none with it that only started after it', {
  recorded: [first, second],
  wanted: [first, second],
  conditionOf: but('differs', first.id),
  remove: [first.id],
  make: [first.id],
})
test(changes, 'a service with another command line starts anew', {
  recorded: [first, second],
  wanted: [service('first', [fileId], { argv: ['first', '-v'] }), second],
  remove: [first.id],
  make: [first.id],
})
test(changes, 'a directory with another mode is set so, and what is in it stays', {
  recorded: [directory, file('a')],
  wanted: [{ ...directory, mode: 0o700 }, file('a')],
  update: [directory.id],
})
test(changes, 'a service whose file changes starts anew, and the file is written over', {
  recorded: [file('a'), first],
  wanted: [file('b'), first],
  remove: [first.id],
  update: [fileId],
  make: [first.id],
})
for (const condition of ['differs', 'unfinished'] as const)
  test(changes, `a service whose file ${condition} starts anew with the right one`, {
    recorded: [file('a'), first],
    wanted: [file('a'), first],
    conditionOf: but(condition, fileId),
    remove: [first.id],
    update: [fileId],
    make: [first.id],
  })
test(changes, 'a file that programs rewrite is no reason to start anew', {
  recorded: [file('a', true), first],
  wanted: [file('b', true), first],
})
test(changes, 'a service that starts anew finds such a file as planned', {
  recorded: [file('a', true), first],
  wanted: [file('b', true), service('first', [fileId], { argv: ['first', '-v'] })],
  remove: [first.id],
  update: [fileId],
  make: [first.id],
})
test(changes, 'unless another that goes on has it, too', {
  recorded: [file('a', true), first, service('other', [fileId])],
  wanted: [
    file('b', true),
    service('first', [fileId], { argv: ['first', '-v'] }),
    service('other', [fileId]),
  ],
  remove: [first.id],
  make: [first.id],
})

const reloading = service('first', [fileId], {
  reloads: { signal: 'SIGHUP', files: [{ id: fileId }] },
})
test(changes, 'a service reads a file again that it can read again', {
  recorded: [file('a'), reloading],
  wanted: [file('b'), reloading],
  update: [fileId, first.id],
})
test(changes, 'and where its signal may not have come, it starts anew', {
  recorded: [file('b'), reloading],
  wanted: [file('b'), reloading],
  conditionOf: but('unfinished', fileId, first.id),
  remove: [first.id],
  update: [fileId],
  make: [first.id],
})
const config = (ports: readonly number[], secret: string) => file(JSON.stringify({ ports, secret }))
const daemon = service('first', [fileId], {
  reloads: { signal: 'SIGHUP', files: [{ id: fileId, members: ['ports'] }] },
})
test(changes, 'of a configuration it reads again what is data', {
  recorded: [config([1], 'x'), daemon],
  wanted: [config([1, 2], 'x'), daemon],
  update: [fileId, first.id],
})
test(changes, 'and starts anew with the rest', {
  recorded: [config([1], 'x'), daemon],
  wanted: [config([1, 2], 'y'), daemon],
  remove: [first.id],
  update: [fileId],
  make: [first.id],
})
const listening = (address: string) =>
  service('first', [], { listens: [{ protocol: 'tcp', address, port: 53 }] })
test(changes, 'a service that is to listen on a new address does so by itself', {
  recorded: [listening('10.0.0.2')],
  wanted: [listening('10.0.0.3')],
  update: [first.id],
})
test(changes, 'addresses that come and go under a service leave it', {
  recorded: [...chain, service('first', ['address'])],
  wanted: [bridge, link, addressOf(['10.0.0.6/24']), service('first', ['address'])],
  update: ['address'],
})
const ports = (...numbers: readonly number[]) =>
  numbers.flatMap(number => [
    ip(`link${number}`, { lines: [`link add qr${number}`] }),
    ip(`address${number}`, { needs: [`link${number}`], lines: [], devices: [`qr${number}`] }),
  ])
const routed = (...numbers: readonly number[]) =>
  service(
    'first',
    numbers.map(number => `address${number}`),
  )
test(changes, 'an interface that comes to a router leaves its proxy', {
  recorded: [...ports(1), routed(1)],
  wanted: [...ports(1, 2), routed(1, 2)],
  make: ['link2', 'address2'],
})
test(changes, 'one that goes does, too, and so do both at once', {
  recorded: [...ports(1, 2), routed(1, 2)],
  wanted: [...ports(1, 3), routed(1, 3)],
  remove: ['link2', 'address2'],
  make: ['link3', 'address3'],
})
test(changes, 'a client whose device comes from another port starts anew', {
  recorded: [bridge, link, address, service('first', ['address'])],
  wanted: [
    bridge,
    linkOf('', 'other link'),
    addressOf(['10.0.0.5/24'], 'other address', ['other link']),
    service('first', ['other address']),
  ],
  remove: ['link', 'address', first.id],
  make: ['other link', 'other address', first.id],
})

const leasing = (...addresses: readonly string[]) =>
  service('first', ['address'], {
    leases: addresses.map(one => ({ device: 'eth0', address: one })),
  })
test(changes, 'a DHCP client that is to lease another address asks anew', {
  recorded: [...chain, leasing('10.0.0.11/24')],
  wanted: [...chain, leasing('10.0.0.12/24')],
  remove: [first.id],
  make: [first.id],
})
test(changes, 'one whose server comes or goes asks on', {
  recorded: [...chain, leasing('10.0.0.11/24')],
  wanted: [...chain, leasing()],
})

const listener = { protocol: 'tcp', address: 'fe80::a9fe:a9fe', port: 80 } as const
const staying = service('first', [fileId, 'netns'], { staysWhileItRuns: true })
test(changes, 'a service that is left as it is while it runs keeps its file', {
  recorded: [netns, file('a'), staying],
  wanted: [netns, file('b'), { ...staying, listens: [listener] } as Step],
})
test(changes, 'and is put right to what it was', {
  recorded: [netns, file('a'), staying],
  wanted: [netns, file('b'), staying],
  conditionOf: but('differs', fileId),
  update: [fileId],
})
test(changes, 'where it does not run it starts as it is to be', {
  recorded: [netns, file('a'), staying],
  wanted: [netns, file('b'), staying],
  conditionOf: but('differs', first.id),
  remove: [first.id],
  update: [fileId],
  make: [first.id],
})
test(changes, 'and where what it stands on is made anew', {
  recorded: [netns, file('a'), staying],
  wanted: [netns, file('b'), { ...staying, listens: [listener] } as Step],
  conditionOf: but('differs', 'netns'),
  remove: ['netns', first.id],
  update: [fileId],
  make: ['netns', first.id],
})
test('what is recorded then is what runs', t => {
  const [old, other] = [file('a'), file('b')]
  const { steps } = planChanges(
    [netns, old, staying],
    [netns, other, { ...staying, source: ['x'] }],
    all,
  )
  t.deepEqual(steps, [netns, old, staying])
})

const { steps } = planOf(shippedTopology('dhcp-mode'))

const contained = planOf(shippedTopology('dhcp-mode'), containerFacts('docker')).steps
const image = 'image:controller'

/** Ids of steps of dhcp-mode in containers that are made. */
function made(wanted: readonly Step[], conditionOf: (id: string) => Condition): string[] {
  return planChanges(contained, wanted, conditionOf).make.map(({ id }) => id)
}

test('the image is made sure of where a container is made anew, and takes no other one with it', t => {
  const isHaproxy = (id: string) => id.startsWith('service:haproxy-')
  const ids = made(contained, id => (isHaproxy(id) ? 'differs' : 'stands'))
  t.deepEqual(
    ids.filter(id => !isHaproxy(id)),
    [image],
  )
  t.is(ids.length, 2)
})

test('an image that is gone is made sure of, and disturbs no container', t => {
  t.deepEqual(made(contained, but('differs', image)), [image])
})

test('another image is a reason to make every container anew, and nothing else', t => {
  const other = planOf(shippedTopology('dhcp-mode'), {
    ...containerFacts('docker'),
    image: 'localhost/lab:another',
  }).steps
  const expected = other.filter(step => isContained(step) || step.kind === 'image')
  t.deepEqual(
    made(other, all),
    expected.map(({ id }) => id),
  )
})

test('from processes to containers and back, services change and what they are wired with stays', t => {
  for (const [before, after] of [
    [steps, contained],
    [contained, steps],
  ] as const) {
    const { remove, update, make } = planChanges(before, after, all)
    const kinds = new Set(
      [...remove, ...make, ...update.map(one => one.after)].map(one => one.kind),
    )
    for (const kind of ['netns', 'ip', 'rules', 'sysctl'] as const) t.false(kinds.has(kind), kind)
    t.false(make.some(({ id }) => id.startsWith('service:udhcpc')))
    const isMoved = (step: Step) => step.kind === 'service' && !step.id.includes('udhcpc')
    t.deepEqual(
      make.filter(({ kind }) => kind === 'service'),
      after.filter(isMoved),
    )
  }
})

test('the gateway of a router begins anew where a release leaves its IPv6 to the kernel', t => {
  const [mitaka, kilo, juno] = ['mitaka', 'kilo', 'juno'].map(release =>
    planOf(shippedTopology('router-mode').replace('ussuri', release)),
  )
  const anew = (before: Plan | undefined, after: Plan | undefined) =>
    planChanges(before?.steps ?? [], after?.steps ?? [], all).make.filter(({ id }) =>
      id.startsWith('link:'),
    ).length
  t.deepEqual([anew(kilo, juno), anew(juno, kilo), anew(mitaka, kilo)], [1, 0, 0])
})

test('a plan that stands changes nothing, and a lab of which nothing stands is made whole', t => {
  t.deepEqual(planChanges(steps, steps, all), { remove: [], update: [], make: [], steps })
  t.deepEqual(planChanges([], steps, none).make, steps)
})

test('a further guest tells those who must know, and leaves everything of the others alone', t => {
  const more = shippedTopology('dhcp-mode').concat('  vm3: {networks: [private]}\n')
  const { remove, update, make } = planChanges(steps, planOf(more).steps, all)
  t.deepEqual(remove, [])
  t.deepEqual(
    make.filter(({ id }) => steps.some(step => step.id === id)),
    [],
  )
  t.true(make.some(({ id }) => id === 'netns:lab-fixture-vm3'))
  const names = update.map(({ after }) =>
    after.kind === 'service'
      ? after.service
      : after.kind === 'file'
        ? basename(after.path)
        : after.id,
  )
  t.deepEqual(names.sort(), [
    'addn_hosts',
    'dnsmasq',
    'host',
    'neutron-metadata-agent',
    'neutron-metadata-agent.json',
    'nova-api-metadata',
    'nova-api-metadata.json',
  ])
})
