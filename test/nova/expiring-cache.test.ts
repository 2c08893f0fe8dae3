import test from 'ava'
import fc from 'fast-check'
import { ExpiringCache } from '../../src/nova/expiring-cache.ts'

test('a value is good until its time is over', t => {
  const cache = new ExpiringCache<string>(15, 10)
  cache.set('a', 'A', 1000)
  t.is(cache.get('a', 15_999), 'A')
  t.is(cache.get('a', 16_000), undefined)
  t.is(cache.get('b', 1000), undefined)
})

test('with 0 seconds nothing is kept', t => {
  const cache = new ExpiringCache<string>(0, 10)
  cache.set('a', 'A', 1000)
  t.is(cache.get('a', 1000), undefined)
  t.is(cache.size, 0)
})

test('what has expired goes first, then the oldest', t => {
  const cache = new ExpiringCache<number>(15, 2)
  cache.set('a', 1, 0)
  cache.set('b', 2, 1000)
  cache.set('c', 3, 2000)
  t.deepEqual(
    ['a', 'b', 'c'].map(key => cache.get(key, 2000)),
    [undefined, 2, 3],
  )
  cache.set('d', 4, 20_000)
  t.is(cache.size, 1)
})

test('it never holds more than its limit, and what was set last is always there', t => {
  const steps = fc.array(fc.tuple(fc.stringMatching(/^[a-h]$/), fc.integer({ min: 0, max: 9000 })))
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 4 }), (sets, limit) => {
      const cache = new ExpiringCache<number>(15, limit)
      let nowMs = 0
      for (const [index, [key, waitMs]] of sets.entries()) {
        nowMs += waitMs
        cache.set(key, index, nowMs)
        t.true(cache.size <= limit)
        t.is(cache.get(key, nowMs), index)
      }
    }),
  )
})
