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
test(reads, '/%2F', '/')
test(reads, '/a%2F%2fb', '/a/b')
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

const roots = fc.constantFrom('/', '//', '///')
const names = fc.constantFrom('.', '..', 'a', 'b.', '...')
const segments = fc.array(fc.oneof(names, fc.constant('')), { maxLength: 8 })

const law = test.macro({
  title: (_, name: string) => `a normalised path ${name}`,
  exec(t, _: string, holds: (path: string, normal: string) => boolean) {
    fc.assert(
      fc.property(roots, names, segments, (slashes, name, others) => {
        const path = slashes + [name, ...others].join('/')
        t.true(holds(path, normalisePath(path)))
      }),
    )
  },
})

test(law, 'has one slash in front', (_, normal) => /^\/(?!\/)/.test(normal))
test(law, 'has no empty, dot or trailing segment behind it', (_, normal) => {
  const behind = normal.slice(1)
  return behind === '' || behind.split('/').every(segment => !['', '.', '..'].includes(segment))
})
test(law, 'is its own', (_, normal) => normalisePath(normal) === normal)
test(
  law,
  'takes a slash at the end for none',
  (path, normal) => normalisePath(`${path}/`) === normal,
)
test(law, 'takes a dot for none', (path, normal) => normalisePath(`${path}/./`) === normal)
test(
  law,
  'takes a step and its return for none',
  (path, normal) => normalisePath(`${path}/x//..`) === normal,
)
test(law, 'does not climb over its root', path => normalisePath(path + '/..'.repeat(10)) === '/')
test(
  law,
  'goes on with the next name',
  (path, normal) => normalisePath(`${path}/y`) === (normal === '/' ? '/y' : `${normal}/y`),
)
