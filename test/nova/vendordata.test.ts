import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import type { Nova } from '../../src/cloud/cloud.ts'
import {
  type FetchVendordata,
  VendordataFailure,
  type VendordataRequest,
  type VendordataResponse,
} from '../../src/nova/vendordata/fetch.ts'
import { novaApi } from '../fixtures/nova-options.ts'
import { goldenInstance, novaWith } from './ask-nova.ts'

const alpha = goldenInstance('alpha')
const first = '/openstack/latest/vendor_data.json'
const second = '/openstack/latest/vendor_data2.json'
const ok = (text: string) => ({ status: 200, text })

function novaWithFile(content: string | Buffer, api: Partial<Nova['api']> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'lab-vendordata-'))
  const path = join(folder, 'vendordata.json')
  writeFileSync(path, content)
  const nova = novaWith(alpha, {
    api: { ...novaApi, vendordata_jsonfile_path: path, ...api },
  })
  return { nova, path, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

test('the file is served as Python reads and writes it', t => {
  using file = novaWithFile('{"b": 1.0,\n "10": [12345678901234567890, 1e3], "b": "\u017e"}\n')
  const text = '{"b": "\\u017e", "10": [12345678901234567890, 1000.0]}'
  t.deepEqual(file.nova.get(first), ok(text))
  t.deepEqual(file.nova.get(second), ok(`{"static": ${text}}`))
})

test('the file need not hold an object', t => {
  using file = novaWithFile('[NaN]')
  t.deepEqual(file.nova.get(first), ok('[NaN]'))
})

test('the file is read again whenever the instance is loaded again', t => {
  using file = novaWithFile('{"a": 1}')
  t.deepEqual(file.nova.get(first), ok('{"a": 1}'))
  writeFileSync(file.path, '{"a": 2}')
  const startMs = Date.UTC(2026, 0)
  t.deepEqual(file.nova.get(first, { nowMs: startMs + 14_999 }), ok('{"a": 1}'))
  t.deepEqual(file.nova.get(first, { nowMs: startMs + 15_000 }), ok('{"a": 2}'))
})

test('with a cache of 0 seconds the file is read for every request', t => {
  using file = novaWithFile('{"a": 1}', { metadata_cache_expiration: 0 })
  t.deepEqual(file.nova.get(first), ok('{"a": 1}'))
  writeFileSync(file.path, '{"a": 2}')
  t.deepEqual(file.nova.get(first), ok('{"a": 2}'))
})

const breaks = test.macro({
  title: (_, name: string) => `a file ${name} makes every path but / a 500`,
  exec(t, _: string, content: string | Buffer | undefined, logged: string) {
    using file = novaWithFile(content ?? '')
    if (content === undefined) rmSync(file.path)
    t.like(file.nova.get('/latest/meta-data/instance-id'), { status: 500 })
    t.like(file.nova.get(first), { status: 500 })
    t.like(file.nova.get('/'), { status: 200 })
    const line = `vendordata_jsonfile_path[${file.path}]: ${logged}`
    t.is(file.nova.logged[0], `WARNING nova.api.metadata.vendordata_json ${line}`)
    t.regex(file.nova.logged[1] ?? '', /^ERROR nova.api.metadata.handler Failed to get metadata/)
  },
})

test(breaks, 'that is not there', undefined, 'file does not exist')
test(breaks, 'that is no JSON', '{"a": }', 'failed to load json')
test(breaks, 'with a byte order mark', '\ufeff{}', 'failed to load json')
test(breaks, 'that is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'failed to load json')

test('a file comes back as soon as it is mended, since nothing was cached', t => {
  using file = novaWithFile('{')
  t.like(file.nova.get(first), { status: 500 })
  writeFileSync(file.path, '{}')
  t.deepEqual(file.nova.get(first), ok('{}'))
})

test('without StaticJSON there is no vendor_data.json, though it is listed', t => {
  const nova = novaWith(alpha, { api: { ...novaApi, vendordata_providers: [] } })
  t.like(nova.get(first), { status: 404 })
  t.deepEqual(nova.get(second), ok('{}'))
  const listing = nova.get('/openstack/latest')
  t.regex(listing === 'closed' ? '' : listing.text, /^vendor_data.json$/m)
})

test('vendor_data2.json is asked of no target in a version that lacks it', async t => {
  const { nova, asked } = novaWithTargets(['a@http://a/'], {}, () => answer('{}'))
  t.like(await nova.getLater('/openstack/2016-06-30/vendor_data2.json'), { status: 404 })
  t.deepEqual(asked, [])
})

function answer(text: string, changes: Partial<VendordataResponse> = {}): VendordataResponse {
  const contentType = 'application/json'
  return { status: 200, contentType, location: undefined, body: Buffer.from(text), ...changes }
}

/** A nova with targets behind which a function answers. */
function novaWithTargets(
  vendordata_dynamic_targets: readonly string[],
  api: Partial<Nova['api']>,
  respond: (request: VendordataRequest) => VendordataResponse,
) {
  const asked: VendordataRequest[] = []
  const fetchVendordata: FetchVendordata = request => {
    asked.push(request)
    return Promise.try(() => respond(request))
  }
  const providers: Partial<Nova['api']> = {
    vendordata_providers: ['StaticJSON', 'DynamicJSON'],
    vendordata_dynamic_targets,
    ...api,
  }
  const nova = novaWith(alpha, { api: { ...novaApi, ...providers } }, fetchVendordata)
  return { nova, asked }
}

test('each target is told of the instance as nova tells it', async t => {
  const { nova, asked } = novaWithTargets(['who@https://user:p%40ss@service:8443/v?x=1'], {}, () =>
    answer('{"n": 1.0}'),
  )
  t.deepEqual(await nova.getLater(second), ok('{"static": {}, "who": {"n": 1.0}}'))
  const [request] = asked
  t.is(request?.url.href, 'https://user:p%40ss@service:8443/v?x=1')
  t.is(request?.verify, true)
  t.like(request, { connectTimeoutMs: 5000, readTimeoutMs: 5000 })
  t.deepEqual(request?.headers, [
    ['Host', 'service:8443'],
    ['User-Agent', 'openstack-nova-vendordata'],
    ['Accept-Encoding', 'gzip, deflate'],
    ['Accept', 'application/json'],
    ['Connection', 'keep-alive'],
    ['Content-Type', 'application/json'],
    ['Content-Length', String(request?.body.length)],
    ['Authorization', `Basic ${btoa('user:p@ss')}`],
  ])
  t.regex(request?.body ?? '', /^[ -~]*$/)
  t.deepEqual(Object.entries(JSON.parse(request?.body ?? '')), [
    ['project-id', alpha.project_id],
    ['instance-id', alpha.uuid],
    ['image-id', '10000000-0000-4000-8000-000000000001'],
    ['user-data', alpha.user_data_base64],
    ['hostname', 'alpha'],
    ['metadata', alpha.metadata],
    ['boot-roles', 'member,reader'],
  ])
})

test('targets are asked anew for every request, one after the other', async t => {
  const { nova, asked } = novaWithTargets(['a@http://a/', 'b@http://b/'], {}, ({ url }) =>
    answer(JSON.stringify(url.hostname)),
  )
  const expected = ok('{"static": {}, "a": "a", "b": "b"}')
  t.deepEqual(await nova.getLater(second), expected)
  t.deepEqual(await nova.getLater(second), expected)
  t.deepEqual(
    asked.map(({ url }) => url.hostname),
    ['a', 'b', 'a', 'b'],
  )
})

const insecure =
  'WARNING nova.api.metadata.vendordata_dynamic Passing insecure dynamic vendordata requests because of missing or incorrect service account configuration.'

test('that targets are asked without a token is told once for a loaded instance', async t => {
  const { nova } = novaWithTargets(['a@http://a/', 'b@http://b/'], {}, () => answer('{}'))
  const startMs = Date.UTC(2026, 0)
  for (const nowMs of [startMs, startMs, startMs + 15_000]) await nova.getLater(second, { nowMs })
  t.deepEqual(nova.logged, [insecure, insecure])
})

const fails = test.macro({
  title: (_, name: string) => `a target ${name} shows as {}, or takes the file with it`,
  async exec(t, _: string, respond: () => VendordataResponse, reason: string) {
    const { nova } = novaWithTargets(['t@http://t/'], {}, respond)
    t.deepEqual(await nova.getLater(second), ok('{"static": {}, "t": {}}'))
    const line = `[instance: ${alpha.uuid}] Error from dynamic vendordata service t at http://t/: ${reason}`
    t.deepEqual(nova.logged, [insecure, `WARNING nova.api.metadata.vendordata_dynamic ${line}`])
    const fatal = { vendordata_dynamic_failure_fatal: true }
    t.is(await novaWithTargets(['t@http://t/'], fatal, respond).nova.getLater(second), 'closed')
  },
})

test(
  fails,
  'that cannot be reached',
  () => {
    throw new VendordataFailure('Unable to establish connection')
  },
  'Unable to establish connection',
)
test(fails, 'that answers 404', () => answer('{}', { status: 404 }), 'Not Found (HTTP 404)')
test(
  fails,
  'that answers 500',
  () => answer('{}', { status: 500 }),
  'Internal Server Error (HTTP 500)',
)
test(fails, 'that answers no JSON', () => answer('<html>'), 'Expecting value: char 0')
test(
  fails,
  'that redirects to nowhere',
  () => answer('', { status: 302, location: '/v' }),
  "Unexpected exception for /v: Invalid URL '/v'",
)

test('an answer without a body is {} and no failure', async t => {
  const fatal = { vendordata_dynamic_failure_fatal: true }
  const { nova } = novaWithTargets(['t@http://t/'], fatal, () => answer('', { status: 204 }))
  t.deepEqual(await nova.getLater(second), ok('{"static": {}, "t": {}}'))
})

test('targets without a name and names that stand twice are skipped', async t => {
  const targets = ['http://lost/', 'a@http://x@a/', 'a@http://b/']
  const { nova, asked } = novaWithTargets(targets, {}, ({ url }) => answer(`"${url.username}"`))
  t.deepEqual(await nova.getLater(second), ok('{"static": {}, "a": "x"}'))
  t.is(asked.length, 1)
  const log = `WARNING nova.api.metadata.vendordata_dynamic [instance: ${alpha.uuid}]`
  t.deepEqual(nova.logged, [
    `${log} Vendordata target http://lost/ lacks a name. Skipping`,
    insecure,
    `${log} Vendordata already contains an entry named a@http://b/. Skipping`,
  ])
})

const providersOf = test.macro({
  title: (_, providers: Nova['api']['vendordata_providers']) => `providers ${providers.join(', ')}`,
  async exec(t, vendordata_providers: Nova['api']['vendordata_providers'], expected: string) {
    const api = { vendordata_providers, vendordata: { s: 1 } }
    const targets = ['static@http://t/', 'a@http://t/']
    const { nova } = novaWithTargets(targets, api, () => answer('2'))
    t.deepEqual(await nova.getLater(second), ok(expected))
  },
})

test(providersOf, ['StaticJSON', 'DynamicJSON'], '{"static": {"s": 1}, "a": 2}')
test(providersOf, ['DynamicJSON', 'StaticJSON'], '{"static": {"s": 1}, "a": 2}')
test(providersOf, ['DynamicJSON'], '{"static": 2, "a": 2}')

const closes = test.macro({
  title: (_, name: string) => `${name} is more than nova can take, fatal or not`,
  async exec(t, _: string, target: string, respond: () => VendordataResponse) {
    t.is(await novaWithTargets([target], {}, respond).nova.getLater(second), 'closed')
  },
})

test(closes, 'a target without a host', 't@/path', () => answer('{}'))
test(closes, 'a CA file that is not there', 't@https://t/', () => {
  throw new Error('ENOENT')
})

test('a URL of another scheme, and a read timeout of 0, are failures of the target', async t => {
  const never = () => answer('{}')
  const ftp = novaWithTargets(['t@ftp://t/'], {}, never)
  t.deepEqual(await ftp.nova.getLater(second), ok('{"static": {}, "t": {}}'))
  const api = { vendordata_dynamic_read_timeout: 0 }
  const hurried = novaWithTargets(['t@http://t/'], api, never)
  t.deepEqual(await hurried.nova.getLater(second), ok('{"static": {}, "t": {}}'))
  t.deepEqual([...ftp.asked, ...hurried.asked], [])
})

test('redirections are followed with method and body, thirty of them', async t => {
  const hops = novaWithTargets(['t@http://0/'], {}, ({ url }) => {
    const location = `http://${Number(url.host.split('.')[3]) + 1}/`
    return answer('"end"', { status: 302, location })
  })
  t.deepEqual(await hops.nova.getLater(second), ok('{"static": {}, "t": "end"}'))
  t.is(hops.asked.length, 31)
  t.is(new Set(hops.asked.map(({ body }) => body)).size, 1)
})

test('what checks a certificate is decided by the target’s own scheme', async t => {
  const api = { vendordata_dynamic_ssl_certfile: '/etc/ca.pem' }
  const verified = async (url: string) => {
    const { nova, asked } = novaWithTargets([`t@${url}`], api, () => answer('{}'))
    await nova.getLater(second)
    return asked[0]?.verify
  }
  t.deepEqual(await verified('https://t/'), { certfile: '/etc/ca.pem' })
  t.false(await verified('http://t/'))
})

test('text is read by its charset, Latin-1 for other text, UTF-8 where nothing is said', async t => {
  const said = async (contentType: string | undefined, body: Buffer) => {
    const respond = () => answer('', { contentType, body })
    const seen = await novaWithTargets(['t@http://t/'], {}, respond).nova.getLater(second)
    return seen === 'closed' ? seen : JSON.parse(seen.text).t
  }
  const latin1 = Buffer.from('"é"', 'latin1')
  t.is(await said('text/plain', latin1), 'é')
  t.is(await said('application/json; charset=iso-8859-1', latin1), 'é')
  t.is(await said('application/json', latin1), '\ufffd')
  t.is(await said(undefined, Buffer.from('"é"')), 'é')
  t.is(await said('text/plain; charset=nobody-knows', Buffer.from('"é"')), 'é')
})

test('whatever JSON a target says, the guest gets the same, in ASCII', async t => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async value => {
      const { nova } = novaWithTargets(['t@http://t/'], {}, () => answer(JSON.stringify(value)))
      const seen = await nova.getLater(second)
      const text = seen === 'closed' ? seen : seen.text
      t.regex(text, /^[ -~]*$/)
      t.is(JSON.stringify(JSON.parse(text).t), JSON.stringify(value))
    }),
    { numRuns: 50 },
  )
})
