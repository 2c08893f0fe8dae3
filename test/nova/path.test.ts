import test from 'ava'
import fc from 'fast-check'
import { UnhandledFailure } from '../../src/nova/failure.ts'
import { normalisePath, readPathInfo } from '../../src/nova/path.ts'

const reads = test.macro({
  title: (_, target: string, pathInfo: string) => `${target} is read as "${pathInfo}"`,
  exec(t, target: string, pathInfo: string) {
    t.is(readPathInfo(target), pathInfo)
  },
})

test(reads, '/', '/')
test(reads, '//', '/')
test(reads, '/.', '/')
test(reads, '/..', '')
test(reads, '/a/..', '/')
test(reads, '/a/../b/', '/b/')
test(reads, '//openstack//latest/?x=/y', '/openstack/latest/')
test(reads, '/openstack%2Flatest', '/openstack/latest')
test(reads, '/%2e%2e/openstack', '/../openstack')
test(reads, '/%c5%be', '/ž')
test(reads, '/100%%', '/100%')
test(reads, '/cut%4', '/cut')

test('a path that is not UTF-8 is more than nova can take', t => {
  t.throws(() => readPathInfo('/%ff'), { instanceOf: UnhandledFailure })
})

test('a normalised path has no empty, dot or trailing segment', t => {
  const segment = fc.constantFrom('', '.', '..', 'a', 'b')
  fc.assert(
    fc.property(fc.array(segment), segments => {
      const path = normalisePath(segments.join('/'))
      t.regex(path, /^\/(?:[ab](?:\/[ab])*)?$/)
      t.is(normalisePath(`${path}/`), path)
    }),
  )
})
