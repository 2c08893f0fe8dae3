import test from 'ava'
import { planChanges } from '../../src/lab/plan-changes.ts'
import { directoryStep, fileStep } from '../../src/plan/file-steps.ts'
import type { Step } from '../../src/plan/step.ts'
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
