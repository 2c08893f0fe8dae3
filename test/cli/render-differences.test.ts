import test from 'ava'
import { Chalk } from 'chalk'
import { renderDifferences } from '../../src/cli/render-differences.ts'
import { planOf } from '../fixtures/planned.ts'

const plain = new Chalk({ level: 0 })
const { steps } = planOf(
  'networks: {net: {subnets: [{cidr: 10.0.0.0/24}]}}\ninstances: {vm1: {networks: [net]}, vm2: {networks: [net]}}',
)
const [one, other] = steps.filter(({ id }) => id.startsWith('addresses:') || id.startsWith('lo:'))
const service = steps.find(({ id }) => id.startsWith('service:udhcpc-vm1'))
const directory = steps.find(({ kind }) => kind === 'directory')

test('what is in a namespace is told under it, and the same once', t => {
  if (one?.kind !== 'ip' || other?.kind !== 'ip') return t.fail()
  const told = [
    { resource: one.id, text: 'device eth0 is down' },
    { resource: directory?.id ?? '', text: 'directory /x is missing' },
    { resource: other.id, text: 'device eth0 is down' },
    { resource: one.id, text: 'device eth0 is down' },
    { resource: one.id, text: `namespace ${one.namespace} is missing` },
  ]
  t.deepEqual(renderDifferences(told, steps, plain), [
    one.namespace,
    '  - device eth0 is down',
    '- directory /x is missing',
    `- namespace ${one.namespace} is missing`,
    other.namespace,
    '  - device eth0 is down',
  ])
})

test('a service is told by its name, and what it has leased under its namespace', t => {
  if (service?.kind !== 'service') return t.fail()
  const told = [
    { resource: service.id, text: 'udhcpc-vm1-eth0 does not run' },
    { resource: service.id, text: 'route default is missing' },
  ]
  t.deepEqual(renderDifferences(told, steps, plain), [
    '- udhcpc-vm1-eth0 does not run',
    `${service.namespace}`,
    '  - route default is missing',
  ])
})

test('of very many the first ones are told, and how many more there are', t => {
  const many = Array.from({ length: 33 }, (_, index) => ({ resource: '', text: `${index}` }))
  const lines = renderDifferences(many, steps, plain)
  t.is(lines.length, 31)
  t.is(lines.at(-1), '  … and 3 more, all of which --json tells')
})
