import test from 'ava'
import { cloudOf } from '../fixtures/planned.ts'
import { orderFiles } from './order-files.ts'
import type { RecordedFile } from './read-recordings.ts'

const cloud = cloudOf(`
networks:
  a: {subnets: [{cidr: 10.77.0.0/24}]}
instances:
  alpha: {id: aaaa1111-0000-4000-8000-000000000001, networks: [{name: a, fixed_ip: 10.77.0.11}]}
  bravo: {id: bbbb2222-0000-4000-8000-000000000002, networks: [{name: a, fixed_ip: 10.77.0.12}]}
`)

const post = { method: 'POST', path: '/openstack/latest/password' }

function file(
  name: string,
  ...entries: {
    via: string
    method?: string
    path?: string
    headers?: [string, string][]
    status?: number
  }[]
): RecordedFile {
  return {
    name,
    entries: entries.map(({ via, method = 'GET', path = '/', headers = [], status = 200 }) => ({
      problem: null,
      recorded: {
        id: name,
        via,
        method,
        path,
        request_headers: headers,
        status,
        reason: '',
        http: null,
        content_type: null,
        headers: [],
      },
    })),
  }
}

/** The names of files, each with those that it waits for. */
function order(...files: RecordedFile[]): Record<string, string[]> {
  const ordered = orderFiles(files, cloud)
  return Object.fromEntries(
    ordered.map(({ file: { name }, after }) => [name, after.map(one => one.name)]),
  )
}

test('files that post nothing wait for nobody', t => {
  const files = [file('one', { via: 'chain:alpha' }), file('other', { via: 'chain:alpha' })]
  t.deepEqual(order(...files), { one: [], other: [] })
})

test('a file that posts a password comes after those that ask for the same guest, by any way', t => {
  const seen = order(
    file('posts', { via: 'chain:bravo', ...post }),
    file('chain', { via: 'chain:bravo' }),
    file('agent', { via: 'agent', headers: [['X-Forwarded-For', '::ffff:10.77.0.12']] }),
    file('nova', {
      via: 'nova',
      headers: [['X-Instance-ID', 'BBBB2222-0000-4000-8000-000000000002']],
    }),
    file('alpha', { via: 'chain:alpha' }),
  )
  t.deepEqual(seen.posts, ['chain', 'agent', 'nova'])
  t.deepEqual([seen.chain, seen.agent, seen.nova, seen.alpha], [[], [], [], []])
})

test('of two that post for the same guest the first goes first', t => {
  const files = [
    file('one', { via: 'chain:bravo', ...post }),
    file('other', { via: 'chain:bravo', ...post }),
  ]
  t.deepEqual(order(...files), { one: [], other: ['one'] })
})

test('a POST that was refused stores nothing', t => {
  const files = [
    file('refused', { via: 'chain:bravo', ...post, status: 404 }),
    file('other', { via: 'chain:bravo' }),
  ]
  t.deepEqual(order(...files), { refused: [], other: [] })
})

test('what only names a guest, and does not ask for it, is no reason to wait', t => {
  const id: [string, string] = ['X-Instance-ID', 'bbbb2222-0000-4000-8000-000000000002']
  const other: [string, string] = ['X-Instance-ID', 'aaaa1111-0000-4000-8000-000000000001']
  const seen = order(
    file('posts', { via: 'chain:bravo', ...post }),
    file('address', { via: 'nova', headers: [other, ['X-Forwarded-For', '10.77.0.12']] }),
    file('both', { via: 'nova', headers: [other, id], status: 404 }),
    file('forged', { via: 'nova', headers: [id], status: 403 }),
    file('own header', { via: 'chain:alpha', headers: [id] }),
  )
  t.deepEqual(seen.posts, [])
})
