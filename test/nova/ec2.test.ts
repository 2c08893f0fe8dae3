import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { ec2Versions } from '../../src/nova/ec2/versions.ts'
import type { InstanceView } from '../../src/nova/instance-view.ts'
import { type AskedNova, goldenInstance, novaWith } from './ask-nova.ts'

/** What nova lets a keypair be called. */
const keyNames = fc.stringMatching(/^[\w @.-]{1,20}$/)

const instances: fc.Arbitrary<InstanceView> = fc
  .record({
    hostname: fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/),
    availability_zone: fc.option(fc.constant('nova')),
    keypair: fc.option(
      fc.record({ name: keyNames, type: fc.constant('ssh'), public_key: fc.string() }),
    ),
    user_data_base64: fc.option(fc.base64String()),
    security_groups: fc.array(fc.stringMatching(/^[a-z]+$/)),
    block_device_mapping: fc.dictionary(fc.stringMatching(/^ebs\d$/), fc.constant('/dev/vdb')),
    network_info: fc.constantFrom([], goldenInstance('charlie').network_info),
  })
  .map(changes => goldenInstance('alpha', changes))

test('everything that the EC2 tree lists answers, with and without a slash, and nothing lies behind a leaf', t => {
  fc.assert(
    fc.property(instances, fc.constantFrom(...ec2Versions, 'latest'), (view, version) => {
      walk(t, novaWith(view), `/${version}/`)
    }),
    { numRuns: 40 },
  )
})

function walk(t: ExecutionContext, nova: AskedNova, directory: string): void {
  const listing = read(nova, directory)
  t.is(read(nova, directory.replace(/\/$/, '')), listing)
  const names = listing.split('\n').filter(line => line !== '')
  t.is(listing, names.join('\n'))
  const bare = names.map(name => name.replace(/\/$/, ''))
  t.deepEqual(bare, [...new Set(bare)].sort())
  for (const name of names) {
    if (name.endsWith('/')) walk(t, nova, directory + name)
    else if (directory.endsWith('public-keys/')) walk(t, nova, `${directory}0/`)
    else checkLeaf(t, nova, directory + name)
  }
}

function checkLeaf(t: ExecutionContext, nova: AskedNova, path: string): void {
  t.is(read(nova, `${path}/`), read(nova, path))
  const isList = path.endsWith('security-groups')
  if (isList) t.like(nova.get(`${path}/-absent`), { status: 404 })
  else t.is(nova.get(`${path}/x`), 'closed')
  t.like(nova.get(`${path}/-absent/y`), { status: 404 })
}

function read(nova: AskedNova, path: string): string {
  const answer = nova.get(path)
  if (answer === 'closed' || answer.status !== 200) throw new Error(`no 200 for ${path}`)
  return answer.text
}

const answers = test.macro({
  title: (_, target: string, expected: string | number) => `${target} answers ${expected}`,
  exec(t, target: string, expected: string | number) {
    const answer = novaWith(goldenInstance('alpha')).get(target)
    const seen = answer === 'closed' || answer.status === 200 ? answer : answer.status
    t.deepEqual(
      seen,
      typeof expected === 'number' || expected === 'closed'
        ? expected
        : { status: 200, text: expected },
    )
  },
})

test(answers, '/latest/', 'meta-data/\nuser-data')
test(answers, '/latest/meta-data/public-keys', '0=alpha-key')
test(answers, '/latest/meta-data/public-keys/0/_name', '0=alpha-key')
test(answers, '/latest/meta-data/public-ipv4', '')
test(answers, '/ec2/latest/meta-data/ami-id', 'ami-00000001')
test(answers, '/openstack/../latest/meta-data/ami-id', 'ami-00000001')
test(answers, '/%2Flatest/meta-data/ami-id', 'ami-00000001')
test(answers, '/%2F%2Flatest/meta-data/ami-id', 'ami-00000001')
test(answers, '/latest/meta-data/ami-id/x', 'closed')
test(answers, '/latest/meta-data/ami-id/x/y', 404)
test(answers, '/latest/meta-data/security-groups/default', 'closed')
test(answers, '/latest/meta-data/security-groups/absent', 404)
test(answers, '/latest/meta-data/constructor', 404)
test(answers, '/latest/api/token', 404)
test(answers, '/2010-01-01/', 404)

test('local-ipv4 without a fixed address is None for a request that does not say where it comes from', t => {
  const nova = novaWith(goldenInstance('alpha', { network_info: [] }))
  t.deepEqual(nova.get('/latest/meta-data/local-ipv4'), { status: 200, text: 'None' })
})

test('for another it is X-Forwarded-For as it came, mapped or not, until the instance is loaded again', t => {
  const nova = novaWith(goldenInstance('alpha', { network_info: [] }))
  const from = (address: string, nowMs: number) =>
    nova.get('/latest/meta-data/local-ipv4', { headers: [['X-Forwarded-For', address]], nowMs })
  t.deepEqual(from('::ffff:10.0.0.5', 0), { status: 200, text: '::ffff:10.0.0.5' })
  t.deepEqual(from('10.0.0.6', 14_999), { status: 200, text: '::ffff:10.0.0.5' })
  t.deepEqual(from('10.0.0.6', 15_000), { status: 200, text: '10.0.0.6' })
})
