import { createHmac } from 'node:crypto'
import test from 'ava'
import fc from 'fast-check'
import { answerMetadata } from '../../src/nova/answer.ts'
import { createInstanceCache } from '../../src/nova/instance-cache.ts'
import type { Answer } from '../../src/wsgi/answer.ts'
import { goldenNovaConfig } from '../golden/cloud.ts'
import { goldenInstance } from './ask-nova.ts'

const alpha = goldenInstance('alpha')
const config = goldenNovaConfig()
const signature = createHmac('sha256', config.metadata_proxy_shared_secret)
  .update(alpha.uuid)
  .digest('hex')
const headers = new Map([
  ['x-instance-id', alpha.uuid],
  ['x-instance-id-signature', signature],
  ['x-tenant-id', alpha.project_id],
])
const ignore = () => undefined
const log = { info: ignore, warning: ignore, error: ignore }

/** A nova whose seeds are 1, 2, 3, … */
function startNova(metadata_cache_expiration: number) {
  const api = { ...config.api, metadata_cache_expiration }
  const sources = { passwords: new Map(), readFile: () => Buffer.alloc(0), log }
  const instances = createInstanceCache({ ...config, api }, sources)
  let seed = 0
  return {
    instances,
    ask(target: string, nowMs = 0): Answer | undefined {
      const answer = answerMetadata(
        { method: 'GET', target, headers, body: Buffer.alloc(0) },
        {
          config: { ...config, api },
          instances,
          nowMs,
          log,
          randomBytes: size => new Uint8Array(size).fill(++seed),
          fetchVendordata: () => Promise.reject(new Error('nothing is fetched')),
        },
      )
      if (answer instanceof Promise) throw new Error('nothing comes later')
      return answer
    },
  }
}

const keeps = test.macro({
  title: (_, target: string) => `the answer to ${target} is made once for a loaded instance`,
  exec(t, target: string) {
    const nova = startNova(15)
    const first = nova.ask(target)
    t.is(first?.status, 200)
    t.is(nova.ask(target, 14_999)?.body, first?.body)
    const later = nova.ask(target, 15_000)
    t.not(later?.body, first?.body)
    t.deepEqual(later, first)
  },
})

test(keeps, '/latest/meta-data/')
test(keeps, '/2009-04-04/meta-data/instance-id')
test(keeps, '/latest/user-data')
test(keeps, '/openstack/latest')
test(keeps, '/openstack/latest/user_data')
test(keeps, '/openstack/latest/network_data.json')
test(keeps, '/openstack/latest/vendor_data.json')
test(keeps, '/openstack/latest/vendor_data2.json')

test('two spellings of a path share one answer', t => {
  const nova = startNova(15)
  t.is(nova.ask('/ec2/latest/user-data/')?.body, nova.ask('//2009-04-04/./user-data')?.body)
})

test('user data is held once, whatever the path', t => {
  const nova = startNova(15)
  const body = nova.ask('/latest/user-data')?.body
  t.is(nova.ask('/1.0/user-data')?.body, body)
  t.is(nova.ask('/openstack/2012-08-10/user_data')?.body, body)
})

test('a seed is new in every answer, the rest is not', t => {
  const nova = startNova(15)
  const ask = () => Buffer.from(nova.ask('/openstack/latest/meta_data.json')?.body ?? []).toString()
  const [one, other] = [ask(), ask()]
  const seedOf = (text: string): string => JSON.parse(text).random_seed
  t.is(seedOf(one), Buffer.alloc(512, 1).toString('base64'))
  t.is(seedOf(other), Buffer.alloc(512, 2).toString('base64'))
  t.is(one.replace(seedOf(one), ''), other.replace(seedOf(other), ''))
})

test('paths that there are not, and the dates of tomorrow, leave nothing behind', t => {
  const nova = startNova(15)
  const loaded = nova.instances.find(alpha.uuid, null, 0)
  fc.assert(
    fc.property(fc.webPath(), path => {
      nova.ask(`/latest${path}/x`)
      nova.ask(`/openstack${path}/x`)
      nova.ask(`/openstack/latest${path}/x`)
    }),
  )
  nova.ask('/openstack')
  t.is(loaded?.made.answers.size, 0)
})

test('with a cache of 0 seconds every answer is the same, made anew', t => {
  const [kept, fresh] = [startNova(15), startNova(0)]
  const files = ['', '/user_data', '/password', '/network_data.json', '/vendor_data2.json', '/x']
  const targets = [
    ...files.map(file => `/openstack/latest${file}`),
    ...['', '/meta-data', '/meta-data/public-keys', '/meta-data/ami-id/x'].map(
      end => `/latest${end}`,
    ),
  ]
  for (const target of targets) {
    t.deepEqual(fresh.ask(target), kept.ask(target), target)
    const [one, other] = [fresh.ask(target), fresh.ask(target)]
    t.deepEqual(one, other)
  }
})
