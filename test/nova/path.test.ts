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
test(reads, '', '')
test(reads, '..', '')
test(reads, '.', '/')
test(reads, '?x', '')
test(reads, 'a/..', '')
test(reads, 'a/../', '/')
test(reads, './openstack', '/openstack')
test(reads, '../openstack', '/openstack')
test(reads, 'a/../openstack', '/openstack')
test(reads, '%2Fopenstack', '/openstack')
test(reads, '/latest#/meta-data?x', '/latest')
test(reads, 'http://x', '')
test(reads, 'http://x?y', '')
test(reads, 'http://x/openstack?a', '/openstack')
test(reads, 'https://x/openstack/#z', '/openstack/')

const fails = test.macro({
  title: (_, target: string) => `${target} is more than nova can take`,
  exec(t, target: string) {
    t.throws(() => readPathInfo(target), { instanceOf: UnhandledFailure })
  },
})

test(fails, '/%ff')
test(fails, '*')
test(fails, 'openstack')
test(fails, '.a')
test(fails, '%2e/openstack')
test(fails, 'HTTP://x/openstack')
test(fails, 'ftp://x/openstack')

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
