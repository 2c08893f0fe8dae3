import test from 'ava'
import { planChanges } from '../../src/lab/plan-changes.ts'
import { directoryStep, fileStep } from '../../src/plan/file-steps.ts'
import { isContained, type Step } from '../../src/plan/step.ts'
import { containerFacts } from '../fixtures/container-facts.ts'
import { planOf, shippedTopology } from '../fixtures/planned.ts'

const place = { host: 'controller', why: 'a test', source: [] }

function ip(id: string, needs: readonly string[], line: string): Step {
  return {
    ...place,
    kind: 'ip',
    id,
    phase: 'wiring',
    needs,
    namespace: 'a',
    lines: [line],
    removeLines: [],
    expects: {},
  }
}

function service(name: string, needs: readonly string[], argument = ''): Step {
  return {
    ...place,
    kind: 'service',
    id: `service:${name}`,
    phase: 'metadata',
    needs,
    name,
    service: 'haproxy',
    namespace: 'a',
    argv: [name, argument],
    environment: {},
    daemonizes: true,
    pidFile: `/run/${name}`,
    logFile: `/log/${name}`,
    commandLineHolds: name,
    listens: [],
    leaves: [],
    files: { reads: [], writes: [], named: [] },
    supervised: true,
  }
}

const bridge = ip('bridge', [], 'link add bridge')
const link = ip('link', ['bridge'], 'link add eth0')
const address = ip('address', ['link'], 'address add 10.0.0.5/24')
const all = () => true
const none = () => false
const allBut =
  (...gone: readonly string[]) =>
  (id: string) =>
    !gone.includes(id)

interface Row {
  readonly recorded: readonly Step[]
  readonly wanted: readonly Step[]
  readonly stands: (id: string) => boolean
  readonly remove: readonly string[]
  readonly make: readonly string[]
}

const changes = test.macro({
  exec(t, _: string, { recorded, wanted, stands, remove, make }: Row) {
    const seen = planChanges(recorded, wanted, stands)
    t.deepEqual(
      seen.remove.map(({ id }) => id),
      remove,
    )
    t.deepEqual(
      seen.make.map(({ id }) => id),
      make,
    )
  },
  title: (_, what: string) => what,
})

const chain = [bridge, link, address]
const otherAddress = ip('address', ['link'], 'address add 10.0.0.6/24')
const otherLink = ip('link', ['bridge'], 'link add eth0 mtu 1400')

test(changes, 'recorded, wanted alike, stands: nothing', {
  recorded: chain,
  wanted: chain,
  stands: all,
  remove: [],
  make: [],
})
test(changes, 'not recorded: made', {
  recorded: [],
  wanted: chain,
  stands: none,
  remove: [],
  make: ['bridge', 'link', 'address'],
})
test(changes, 'not recorded though it stands: made, for it is not known as the lab’s', {
  recorded: [bridge],
  wanted: [bridge, link],
  stands: all,
  remove: [],
  make: ['link'],
})
test(changes, 'recorded, no longer wanted: taken away', {
  recorded: chain,
  wanted: [bridge, link],
  stands: all,
  remove: ['address'],
  make: [],
})
test(changes, 'recorded, no longer wanted and gone: taken away all the same', {
  recorded: chain,
  wanted: [bridge, link],
  stands: allBut('address'),
  remove: ['address'],
  make: [],
})
test(changes, 'recorded and wanted, gone: made anew', {
  recorded: chain,
  wanted: chain,
  stands: allBut('address'),
  remove: ['address'],
  make: ['address'],
})
test(changes, 'recorded and wanted otherwise: made anew', {
  recorded: chain,
  wanted: [bridge, link, otherAddress],
  stands: all,
  remove: ['address'],
  make: ['address'],
})
test(changes, 'what stands on a step that goes is made anew with it', {
  recorded: chain,
  wanted: [bridge, otherLink, address],
  stands: all,
  remove: ['link', 'address'],
  make: ['link', 'address'],
})
test(changes, 'what stands on a step that is gone is made anew with it, however far', {
  recorded: chain,
  wanted: chain,
  stands: allBut('bridge'),
  remove: ['bridge', 'link', 'address'],
  make: ['bridge', 'link', 'address'],
})
test(changes, 'another reason or place in the topology is no change', {
  recorded: [bridge],
  wanted: [{ ...bridge, why: 'another', source: ['networks'] }],
  stands: all,
  remove: [],
  make: [],
})

const directory = directoryStep({ ...place, path: '/state', mode: 0o755 }, [])
const file = (content: string, volatile?: true) =>
  fileStep({ ...place, path: '/state/file', content, ...(volatile ? { volatile } : {}) })
const first = service('first', [file('').id])
const second = service('second', [first.id])

test(changes, 'a service that is gone takes none with it that only started after it', {
  recorded: [first, second],
  wanted: [first, second],
  stands: allBut('service:first'),
  remove: ['service:first'],
  make: ['service:first'],
})
test(changes, 'a directory with another mode is set anew, and what is in it stays', {
  recorded: [directory, file('a')],
  wanted: [{ ...directory, mode: 0o700 }, file('a')],
  stands: all,
  remove: [directory.id],
  make: [directory.id],
})
test(changes, 'a service whose file changes starts anew', {
  recorded: [file('a'), first],
  wanted: [file('b'), first],
  stands: all,
  remove: [file('').id, first.id],
  make: [file('').id, first.id],
})
test(changes, 'a file that programs rewrite is no reason to start anew', {
  recorded: [file('a', true), first],
  wanted: [file('b', true), first],
  stands: all,
  remove: [],
  make: [],
})
test(changes, 'a service that starts anew finds such a file as planned', {
  recorded: [file('a', true), first],
  wanted: [file('b', true), service('first', [file('').id], '-v')],
  stands: all,
  remove: [file('').id, first.id],
  make: [file('').id, first.id],
})

const { steps } = planOf(shippedTopology('dhcp-mode'))

const contained = planOf(shippedTopology('dhcp-mode'), containerFacts('docker')).steps
const image = 'image:controller'

/** Ids of steps of dhcp-mode in containers that are made anew. */
function madeAnew(wanted: readonly Step[], stands: (id: string) => boolean): string[] {
  return planChanges(contained, wanted, stands).make.map(({ id }) => id)
}

test('the image is made sure of where a container is made anew, and takes no other one with it', t => {
  const isHaproxy = (id: string) => id.startsWith('service:haproxy-')
  const made = madeAnew(contained, id => !isHaproxy(id))
  t.deepEqual(
    made.filter(id => !isHaproxy(id)),
    [image],
  )
  t.is(made.length, 2)
})

test('an image that is gone is made sure of, and disturbs no container', t => {
  t.deepEqual(
    madeAnew(contained, id => id !== image),
    [image],
  )
})

test('another image is a reason to make every container anew, and nothing else', t => {
  const other = planOf(shippedTopology('dhcp-mode'), {
    ...containerFacts('docker'),
    image: 'localhost/lab:another',
  }).steps
  const expected = other.filter(step => isContained(step) || step.kind === 'image')
  t.deepEqual(
    madeAnew(other, () => true).filter(id => !isFile(id)),
    expected.map(({ id }) => id),
  )
})

test('from processes to containers and back, services change and what they are wired with stays', t => {
  for (const [before, after] of [
    [steps, contained],
    [contained, steps],
  ] as const) {
    const { remove, make } = planChanges(before, after, all)
    const kinds = new Set([...remove, ...make].map(({ kind }) => kind))
    for (const kind of ['netns', 'ip', 'rules', 'sysctl'] as const) t.false(kinds.has(kind), kind)
    t.false(make.some(({ id }) => id.startsWith('service:udhcpc')))
    t.is(make.filter(step => step.kind === 'service').length, after === steps ? 5 : 4)
  }
})

function isFile(id: string): boolean {
  return id.startsWith('file:')
}

test('a plan that stands changes nothing, and a lab of which nothing stands is made whole', t => {
  t.deepEqual(planChanges(steps, steps, all), { remove: [], make: [] })
  t.deepEqual(planChanges(steps, steps, none).make, steps)
})

test('a further guest leaves everything of the others alone', t => {
  const more = shippedTopology('dhcp-mode').concat('  vm3: {networks: [private]}\n')
  const { remove, make } = planChanges(steps, planOf(more).steps, all)
  const touched = make.filter(({ id }) => steps.some(step => step.id === id))
  t.true(make.some(({ id }) => id === 'netns:lab-fixture-vm3'))
  t.deepEqual(
    touched.filter(({ kind }) => kind === 'netns' || kind === 'ip'),
    [],
  )
  t.deepEqual(
    remove.filter(({ kind }) => kind === 'netns' || kind === 'ip'),
    [],
  )
})
