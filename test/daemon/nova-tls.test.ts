import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { listen } from '../../src/daemon/listener.ts'
import { createNovaClient } from '../../src/daemon/nova-client.ts'
import { readTlsOptions } from '../../src/daemon/server-tls.ts'
import type { MetadataAgentConfig } from '../../src/neutron/metadata-agent/config.ts'
import { goldenAgentConfig } from '../golden/cloud.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-tls-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

function openssl(...options: string[]): void {
  execFileSync('openssl', options, { cwd: folder, stdio: 'pipe' })
}

/** A certificate of an authority, of itself where that has its name. */
function certify(name: string, authority: string, extensions: string, days = '2'): void {
  writeFileSync(join(folder, `${name}.cnf`), extensions)
  openssl(
    ...['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-subj', '/CN=127.0.0.1', '-keyout', `${name}.key`, '-out', `${name}.csr`],
  )
  const by =
    authority === name
      ? ['-signkey', `${name}.key`]
      : ['-CA', `${authority}.crt`, '-CAkey', `${authority}.key`, '-CAcreateserial']
  openssl(
    ...['x509', '-req', '-in', `${name}.csr`, '-extfile', `${name}.cnf`, '-days', days],
    ...['-out', `${name}.crt`, ...by],
  )
}

const isAuthority = 'basicConstraints = critical, CA:TRUE\nsubjectKeyIdentifier = hash\n'
certify('ca', 'ca', isAuthority)
certify('stranger', 'stranger', isAuthority)
certify('nova', 'ca', 'subjectAltName = IP:127.0.0.1\n')
certify('named', 'ca', 'subjectAltName = DNS:localhost\n')
certify('other', 'ca', 'subjectAltName = DNS:nova.example.org\n')
certify('nameless', 'ca', 'basicConstraints = CA:FALSE\n')
certify('expired', 'ca', 'subjectAltName = IP:127.0.0.1\n', '-1')
certify('agent', 'ca', 'extendedKeyUsage = clientAuth\n')
certify('fake', 'stranger', 'extendedKeyUsage = clientAuth\n')

const file = (name: string) => join(folder, name)
const own = (name: string) => ({
  nova_client_cert: file(`${name}.crt`),
  nova_client_priv_key: file(`${name}.key`),
})

interface Row {
  /** The certificate that nova shows; null for plain HTTP. */
  readonly nova: string | null
  /** Whether it asks for a client's. */
  readonly asks?: boolean
  readonly agent?: Partial<MetadataAgentConfig>
  readonly outcome: string | RegExp
}

const asks = test.macro({
  title: (_, name: string) => `over TLS ${name}`,
  async exec(t, _: string, { nova, asks = false, agent = {}, outcome }: Row) {
    const failures: string[] = []
    const wsgi = {
      ssl_cert_file: nova && file(`${nova}.crt`),
      ssl_key_file: nova && file(`${nova}.key`),
      ssl_ca_file: asks ? file('ca.crt') : null,
    }
    const secure = readTlsOptions(wsgi, message => failures.push(message))
    const listener = await listen(
      { host: '127.0.0.1', port: 0 },
      socket => {
        socket.on('error', () => socket.destroy())
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
        return { stop: () => socket.destroy() }
      },
      secure,
    )
    const address = listener.server.address()
    const client = createNovaClient(
      {
        ...goldenAgentConfig(),
        nova_metadata_protocol: 'https',
        nova_metadata_port: typeof address === 'object' ? (address?.port ?? 0) : 0,
        auth_ca_cert: file('ca.crt'),
        ...agent,
      },
      2000,
    )
    const request = { method: 'GET', target: '/', headers: [], body: Buffer.alloc(0) }
    const came = await client.ask(request)
    client.close()
    await listener.stop(0)
    if (typeof outcome === 'string') t.is(`${came.kind}`, outcome, JSON.stringify(came))
    else t.regex(came.kind === 'unreachable' ? came.reason : came.kind, outcome)
    if (came.kind !== 'answer')
      t.regex(
        came.reason,
        /^https?:\S+ (?!.*(Node\.js|deps\/openssl)).{1,100}$/,
        'one line, for operators',
      )
  },
})

test(asks, 'a nova of the authority answers', { nova: 'nova', outcome: 'answer' })
test(asks, 'a nova with another name than the address is not trusted', {
  nova: 'other',
  outcome: /altnames/,
})
test(asks, 'a nova is known by its name', {
  nova: 'named',
  agent: { nova_metadata_host: 'localhost' },
  outcome: 'answer',
})
test(asks, 'a nova of an authority that is not known is not trusted', {
  nova: 'nova',
  agent: { auth_ca_cert: file('stranger.crt') },
  outcome: /unable to|self-signed|signature/,
})
test(asks, "a nova is not trusted by the machine's own authorities", {
  nova: 'nova',
  agent: { auth_ca_cert: null },
  outcome: /unable to|self-signed/,
})
test(asks, 'a nova whose certificate has expired is not trusted', {
  nova: 'expired',
  outcome: /expired/,
})
test(asks, 'a common name was enough for urllib3 1.26', {
  nova: 'nameless',
  agent: { release: '2025.2' },
  outcome: 'answer',
})
test(asks, 'a common name is not enough for urllib3 2', {
  nova: 'nameless',
  agent: { release: '2026.1' },
  outcome: /no names/,
})
test(asks, 'any nova is trusted where none is checked', {
  nova: 'expired',
  agent: { nova_metadata_insecure: true, auth_ca_cert: file('stranger.crt') },
  outcome: 'answer',
})
test(asks, 'a nova that asks for a certificate gets it', {
  nova: 'nova',
  asks: true,
  agent: own('agent'),
  outcome: 'answer',
})
test(asks, 'a nova that asks for a certificate turns away an agent without', {
  nova: 'nova',
  asks: true,
  outcome: 'unreachable',
})
test(asks, 'a certificate counts for none without its key', {
  nova: 'nova',
  asks: true,
  agent: { ...own('agent'), nova_client_priv_key: null },
  outcome: 'unreachable',
})
test(asks, 'a nova that asks for a certificate turns away one of another authority', {
  nova: 'nova',
  asks: true,
  agent: own('fake'),
  outcome: 'unreachable',
})
test(asks, 'a nova that speaks plain HTTP is no nova', { nova: null, outcome: 'unreachable' })
test(asks, 'a nova that speaks TLS is none for plain HTTP', {
  nova: 'nova',
  agent: { nova_metadata_protocol: 'http' },
  outcome: 'unreachable',
})
test(asks, 'an agent may have a certificate that nobody asks for', {
  nova: 'nova',
  agent: own('agent'),
  outcome: 'answer',
})

test('over TLS a nova that is silent in the handshake is a read timeout', async t => {
  const server = createServer(socket => socket.on('error', () => socket.destroy()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const config = {
    ...goldenAgentConfig(),
    nova_metadata_protocol: 'https' as const,
    nova_metadata_port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    auth_ca_cert: file('ca.crt'),
  }
  const client = createNovaClient(config, 200)
  const request = { method: 'GET', target: '/', headers: [], body: Buffer.alloc(0) }
  t.is((await client.ask(request)).kind, 'failed')
  server.close()
})

test('a file that is not there keeps the agent from starting', t => {
  const config = { ...goldenAgentConfig(), nova_metadata_protocol: 'https' as const }
  t.throws(() => createNovaClient({ ...config, auth_ca_cert: file('nothing') }), { code: 'ENOENT' })
  t.true(readFileSync(file('ca.crt'), 'utf8').includes('BEGIN CERTIFICATE'))
})
