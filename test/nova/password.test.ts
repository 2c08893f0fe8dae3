import test from 'ava'
import { novaApi } from '../fixtures/nova-options.ts'
import { goldenInstance, novaWith } from './ask-nova.ts'

const path = '/openstack/latest/password'
const startMs = Date.UTC(2026, 0)

function postAt(nova: ReturnType<typeof novaWith>, seconds: number, body: string) {
  return nova.get(path, { method: 'POST', body, nowMs: startMs + seconds * 1000 })
}

test('a password shows once the cache of 15 seconds is over, and then cannot be posted again', t => {
  const nova = novaWith(goldenInstance('bravo'))
  const getAt = (seconds: number) => nova.get(path, { nowMs: startMs + seconds * 1000 })
  t.deepEqual(postAt(nova, 0, 'one'), { status: 200, text: '' })
  t.deepEqual(getAt(1), { status: 200, text: '' })
  t.deepEqual(postAt(nova, 2, 'two'), { status: 200, text: '' })
  t.deepEqual(getAt(15), { status: 200, text: 'two' })
  t.like(postAt(nova, 16, 'three'), { status: 409 })
})

test('without a cache the second POST is a conflict at once', t => {
  const api = { ...novaApi, metadata_cache_expiration: 0 }
  const nova = novaWith(goldenInstance('bravo'), { api })
  t.like(postAt(nova, 0, 'one'), { status: 200 })
  t.like(postAt(nova, 0, 'two'), { status: 409 })
})

const posts = test.macro({
  title: (_, length: number, status: number) => `a password of ${length} bytes is a ${status}`,
  exec(t, length: number, status: number) {
    t.like(postAt(novaWith(goldenInstance('bravo')), 0, 'x'.repeat(length)), { status })
  },
})

test(posts, 0, 200)
test(posts, 1020, 200)
test(posts, 1021, 400)

test('a POST without Content-Length is more than nova can take', t => {
  t.is(novaWith(goldenInstance('bravo')).get(path, { method: 'POST' }), 'closed')
})
