import test from 'ava'
import { planChanges } from '../../src/lab/plan-changes.ts'
import type { FileStep, NamespaceStep, ServiceStep, Step } from '../../src/plan/step.ts'

const common = { host: 'controller', phase: 'files', why: 'why', source: [] } as const

function namespace(name: string): NamespaceStep {
  return { ...common, kind: 'netns', id: name, needs: [], namespace: name }
}

function file(name: string, content: string, volatile = false): FileStep {
  const step = {
    ...common,
    kind: 'file',
    id: name,
    needs: [],
    path: name,
    mode: 0o644,
    content,
  } as const
  return volatile ? { ...step, volatile } : step
}

function service(
  name: string,
  needs: readonly string[],
  argv: readonly string[] = [],
): ServiceStep {
  return {
    ...common,
    kind: 'service',
    id: name,
    needs,
    name,
    service: 'dnsmasq',
    namespace: 'n',
    argv,
    environment: {},
    daemonizes: true,
    pidFile: '',
    logFile: '',
    commandLineHolds: '',
    listens: [],
    leaves: [],
    supervised: true,
  }
}

//  conf, leases ── server (in n) ── client, which only starts after it
const plan = [
  namespace('n'),
  file('conf', 'old'),
  file('leases', 'planned', true),
  service('server', ['n', 'conf', 'leases']),
  service('client', ['server']),
]

interface Row {
  readonly title: string
  readonly wanted?: readonly Step[]
  readonly missing?: readonly string[]
  readonly remove: readonly string[]
  readonly make: readonly string[]
}

const rows: readonly Row[] = [
  { title: 'the same plan that stands needs nothing', remove: [], make: [] },
  {
    title: 'a reason or a planned content that programs rewrite needs nothing',
    wanted: plan.map(step =>
      step.id === 'leases' ? file('leases', 'other', true) : { ...step, why: 'else' },
    ),
    remove: [],
    make: [],
  },
  {
    title:
      'a file that changed takes its service with it, and the files that the service has rewritten',
    wanted: plan.map(step => (step.id === 'conf' ? file('conf', 'new') : step)),
    remove: ['conf', 'leases', 'server'],
    make: ['conf', 'leases', 'server'],
  },
  {
    title: 'what only starts after a service outlives its restart',
    missing: ['server'],
    remove: ['leases', 'server'],
    make: ['leases', 'server'],
  },
  {
    title: 'a namespace that went takes what was in it',
    missing: ['n'],
    remove: ['n', 'leases', 'server'],
    make: ['n', 'leases', 'server'],
  },
  {
    title: 'what is in the file no more is only removed',
    wanted: plan.slice(0, 4),
    remove: ['client'],
    make: [],
  },
  {
    title: 'what is new is only made',
    wanted: [...plan, namespace('m')],
    remove: [],
    make: ['m'],
  },
]

for (const { title, wanted = plan, missing = [], remove, make } of rows)
  test(title, t => {
    const changes = planChanges(plan, wanted, id => !missing.includes(id))
    t.deepEqual(
      { remove: changes.remove.map(({ id }) => id), make: changes.make.map(({ id }) => id) },
      { remove, make },
    )
  })
