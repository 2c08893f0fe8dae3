import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createServer as createTcpServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import test from 'ava'
import type { NovaMetadataConfig } from '../../src/nova/config.ts'
import { novaApi } from '../fixtures/nova-options.ts'
import { startNova } from './running-nova.ts'

const target = '/openstack/latest/vendor_data2.json'

/** A vendor data service on a port of its own; what it was asked is kept. */
async function startService(respond: RequestListener, options?: { key: Buffer; cert: Buffer }) {
  const asked: { head: string; body: string }[] = []
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const body = (await request.toArray()).join('')
    asked.push({ head: `${request.method} ${request.url} ${request.rawHeaders.join(' ')}`, body })
    respond(request, response)
  }
  const server = options ? createTlsServer(options, serve) : createServer(serve)
  const port = await listenOn(server)
  const end = () => {
    server.closeAllConnections()
    server.close()
  }
  return { port, asked, server, [Symbol.dispose]: end }
}

async function listenOn(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

function startNovaWith(api: Partial<NovaMetadataConfig['api']>) {
  const vendordata_providers = ['StaticJSON', 'DynamicJSON'] as const
  return startNova(() => ({ api: { ...novaApi, vendordata_providers, ...api } }))
}

test('a service is asked on its socket as python-requests asks, and may pack its answer', async t => {
  using service = await startService((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    response.end(gzipSync('{"motd": "a\u017e", "n": 1.0}'))
  })
  const url = `http://127.0.0.1:${service.port}/v1?for=us`
  await using nova = await startNovaWith({ vendordata_dynamic_targets: [`t@${url}`] })
  t.is(await nova.get(target), '200 {"static": {}, "t": {"motd": "a\\u017e", "n": 1.0}}')
  const [{ head, body } = { head: '', body: '' }] = service.asked
  const size = Buffer.byteLength(body)
  t.is(
    head,
    `POST /v1?for=us Host 127.0.0.1:${service.port} User-Agent openstack-nova-vendordata Accept-Encoding gzip, deflate Accept application/json Connection keep-alive Content-Type application/json Content-Length ${size}`,
  )
  t.regex(
    body,
    /^\{"project-id": "1111aaaa.*", "instance-id": "aaaa1111-0000.*"boot-roles": ".*"\}$/,
  )
})

const failing = test.macro({
  title: (_, name: string) => `a service that ${name} shows as {}, and nova goes on`,
  async exec(t, _: string, respond: RequestListener, reason: RegExp) {
    using service = await startService(respond)
    await using nova = await startNovaWith({
      vendordata_dynamic_targets: [`t@http://127.0.0.1:${service.port}/`],
      vendordata_dynamic_read_timeout: reason === timedOut ? 0.3 : 5,
    })
    t.is(await nova.get(target), '200 {"static": {}, "t": {}}')
    t.regex(await nova.get('/latest/meta-data/instance-id'), /^200 i-/)
    t.is(await nova.daemon.stop(), 0)
    t.regex(nova.daemon.output(), reason)
  },
})

const timedOut = /Request to http:\/\/127.* timed out/
const unreachable = /WARNING nova.api.metadata.vendordata_dynamic .* Unable to establish connection/
test(failing, 'never answers', () => undefined, timedOut)
test(
  failing,
  'stops in its answer',
  (_, response) => response.writeHead(200, { 'content-length': 9 }).write('{"a"'),
  timedOut,
)
test(failing, 'closes without an answer', ({ socket }) => socket.destroy(), unreachable)
test(
  failing,
  'wants to speak another protocol',
  ({ socket }) =>
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'),
  unreachable,
)
test(
  failing,
  'closes in its answer',
  (_, response) => {
    response.writeHead(200, { 'content-length': 9 }).write('{"a"')
    response.destroy()
  },
  unreachable,
)
test(
  failing,
  'fails',
  (_, response) => response.writeHead(503).end('{"a": 1}'),
  /Service Unavailable \(HTTP 503\)/,
)
test(failing, 'talks', (_, response) => response.end('hello'), /Expecting value: char 0/)
test(
  failing,
  'packs nothing into its gzip',
  (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('plain'),
  /incorrect header check/,
)

test('a service that does not speak HTTP, or is not there, shows as {} too', async t => {
  const server = createTcpServer(socket => socket.end('SSH-2.0-OpenSSH_9.2p1\r\n'))
  const port = await listenOn(server)
  const closed = createTcpServer()
  const nobody = await listenOn(closed)
  closed.close()
  await using nova = await startNovaWith({
    vendordata_dynamic_targets: [`a@http://127.0.0.1:${port}/`, `b@http://127.0.0.1:${nobody}/`],
  })
  t.is(await nova.get(target), '200 {"static": {}, "a": {}, "b": {}}')
  server.close()
})

test('a fatal failure closes the connection without an answer', async t => {
  using service = await startService((_, response) => response.writeHead(500).end())
  await using nova = await startNovaWith({
    vendordata_dynamic_targets: [`t@http://127.0.0.1:${service.port}/`],
    vendordata_dynamic_failure_fatal: true,
  })
  t.is(await nova.get(target), 'closed')
  t.regex(await nova.get('/openstack/latest/vendor_data.json'), /^200 /)
})

test('while a service takes its time, nova answers others, and ends when it is told to', async t => {
  using service = await startService(() => undefined)
  await using nova = await startNovaWith({
    vendordata_dynamic_targets: [`t@http://127.0.0.1:${service.port}/`],
    vendordata_dynamic_read_timeout: 60,
  })
  const asked = once(service.server, 'request')
  const slow = nova.get(target)
  await asked
  t.regex(await nova.get('/latest/meta-data/instance-id'), /^200 i-/)
  t.is(await nova.daemon.stop(), 0)
  t.is(await slow, 'closed')
})

test('an https service needs a certificate that the file knows', async t => {
  using authority = makeCertificate()
  const { key, cert, path } = authority
  using service = await startService((_, response) => response.end('[1]'), { key, cert })
  const vendordata_dynamic_targets = [`t@https://127.0.0.1:${service.port}/`]
  await using trusting = await startNovaWith({
    vendordata_dynamic_targets,
    vendordata_dynamic_ssl_certfile: path,
  })
  t.is(await trusting.get(target), '200 {"static": {}, "t": [1]}')
  await using strict = await startNovaWith({ vendordata_dynamic_targets })
  t.is(await strict.get(target), '200 {"static": {}, "t": {}}')
  await strict.daemon.stop()
  t.regex(strict.daemon.output(), /SSL exception connecting to https:/)
  await using lost = await startNovaWith({
    vendordata_dynamic_targets,
    vendordata_dynamic_ssl_certfile: `${path}.gone`,
  })
  t.is(await lost.get(target), 'closed')
})

/** A certificate of 127.0.0.1 that vouches for itself. */
function makeCertificate() {
  const folder = mkdtempSync(join(tmpdir(), 'lab-certificate-'))
  chmodSync(folder, 0o755)
  const [keyFile, path] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = '-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1'
  const made = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 ${subject}`
  execFileSync('openssl', [...made.split(' '), '-keyout', keyFile, '-out', path], {
    stdio: 'pipe',
  })
  return {
    key: readFileSync(keyFile),
    cert: readFileSync(path),
    path,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}

test('a vendor data file is read by the service’s own user, and what is no file is not waited for', async t => {
  const api = (folder: string) => ({ vendordata_jsonfile_path: join(folder, 'vendordata.json') })
  await using nova = await startNova((config, folder) => ({
    api: { ...config.api, ...api(folder), metadata_cache_expiration: 0 },
  }))
  const { vendordata_jsonfile_path: path } = api(nova.folder)
  t.regex(await nova.get('/openstack/latest/vendor_data.json'), /^500 /)
  writeFileSync(path, '{"a": 1.0}')
  t.is(await nova.get('/openstack/latest/vendor_data.json'), '200 {"a": 1.0}')
  rmSync(path)
  execFileSync('mkfifo', ['-m', '0644', path])
  t.regex(await nova.get('/openstack/latest/vendor_data.json'), /^500 /)
  await nova.daemon.stop()
  t.regex(nova.daemon.output(), /file does not exist.*unexpected IOError when reading/s)
})
