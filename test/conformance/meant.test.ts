import test from 'ava'
import { cloudOf } from '../fixtures/planned.ts'
import type { Difference } from './difference.ts'
import { findMeant, judge, readMeant } from './meant.ts'
import type { Replayed } from './replay-files.ts'

const routerId = 'f0000000-0000-4000-8000-00000000000f'
const cloud = cloudOf(`
networks: {b: {subnets: [{cidr: 10.78.0.0/24}]}}
routers: {r: {id: ${routerId}, interfaces: [b]}}
`)

/** An exchange with the agent, recorded with a status, and what differs. */
function replayed(
  headers: readonly (readonly [string, string])[],
  status: number,
  ...main: Difference[]
): Replayed {
  const recorded = {
    id: 'any',
    via: 'agent',
    method: 'GET',
    path: '/',
    request_headers: headers,
    status,
    reason: '',
    http: null,
    content_type: null,
    headers: [],
  }
  return { entry: { recorded, problem: null }, sent: '', main, more: [] }
}

const unknown = [['X-Neutron-Router-ID', 'f1111111-0000-4000-8000-00000000000f']] as const
const known = [['x-neutron-router-id', routerId]] as const
const both = [...unknown, ['X-Neutron-Network-ID', 'a0000000-0000-4000-8000-00000000000a']] as const
const notFound = [
  { what: 'status', recorded: '200', lab: '404' },
  { what: 'body', recorded: 'alpha', lab: 'The resource could not be found.' },
]
const meantOf = (one: Replayed) => findMeant(readMeant(), one, cloud)
const verdictOf = (one: Replayed) => judge(one, meantOf(one))

test('an unknown router is meant to be a 404', t => {
  t.is(verdictOf(replayed(unknown, 200, ...notFound)), 'meant')
  t.is(verdictOf(replayed(unknown, 500, ...notFound)), 'meant')
})

test('anything else than that 404 is a difference', t => {
  t.is(
    verdictOf(replayed(unknown, 200, { what: 'status', recorded: '200', lab: '500' })),
    'different',
  )
})

test('one that is meant to differ and does not is told', t => {
  t.is(verdictOf(replayed(unknown, 200)), 'equal')
})

test('nothing is meant where the original answers 404 as well', t => {
  t.is(verdictOf(replayed(unknown, 404)), 'same')
})

test('a known router, and one beside a network, must be the same', t => {
  for (const headers of [known, both]) {
    t.is(verdictOf(replayed(headers, 200)), 'same')
    t.is(verdictOf(replayed(headers, 200, ...notFound)), 'different')
  }
})
