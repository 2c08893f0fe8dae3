import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { resolveFiles } from '../../src/lab/resolve-files.ts'
import { readTopology } from '../../src/topology/read-topology.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-files-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

for (const name of ['a', 'b']) {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-keyout', `${name}.key`]
  const options = ['req', '-x509', ...key, '-nodes', '-subj', `/CN=${name}`, '-out', `${name}.crt`]
  execFileSync('openssl', options, { cwd: folder, stdio: 'pipe' })
}
const locked = ['ec', '-in', 'a.key', '-aes128', '-passout', 'pass:x', '-out', 'locked.key']
execFileSync('openssl', locked, { cwd: folder, stdio: 'pipe' })
writeFileSync(join(folder, 'empty.crt'), '')

async function resolve(options: string, path = join(folder, 'lab.yaml')) {
  const text = `networks: {net: {subnets: [{cidr: 10.0.0.0/24}]}}\n${options}\n`
  const reading = readTopology({ path, text })
  if (!reading.ok) throw new Error(reading.mistakes.map(({ message }) => message).join('; '))
  const { topology, mistakes } = await resolveFiles(reading.topology, path, reading.locate)
  const told = mistakes.map(({ message, position: { line, column } }) =>
    `${line}:${column} ${message}`.replaceAll(`${folder}/`, ''),
  )
  return { topology, told }
}

const tells = test.macro({
  title: (_, name: string) => `a file of a topology: ${name}`,
  async exec(t, _: string, wsgi: string, ...expected: string[]) {
    t.deepEqual((await resolve(`nova: {wsgi: {${wsgi}}}`)).told, expected)
  },
})

test(tells, 'a certificate and its key', 'ssl_cert_file: a.crt, ssl_key_file: a.key')
test(
  tells,
  'a key of another certificate',
  'ssl_cert_file: a.crt, ssl_key_file: b.key',
  '2:15 `ssl_cert_file`: a.crt and b.key do not belong together',
)
test(
  tells,
  'a key for which one would have to type',
  'ssl_cert_file: a.crt, ssl_key_file: locked.key',
  '2:37 `ssl_key_file`: locked.key is locked with a passphrase, which nobody could type',
)
test(
  tells,
  'one that is not there, one that is empty',
  'ssl_cert_file: empty.crt, ssl_key_file: nothing/at.all',
  '2:15 `ssl_cert_file`: empty.crt holds no certificate in PEM form',
  '2:41 `ssl_key_file`: nothing/at.all is not there',
)
test(
  tells,
  'a directory',
  'ssl_cert_file: /, ssl_key_file: a.key',
  '2:15 `ssl_cert_file`: / is no file',
)

test('paths are relative to the topology, and absolute ones stay', async t => {
  const socket = async (path: string, file?: string) => {
    const { topology } = await resolve(
      `neutron: {metadata_agent: {metadata_proxy_socket: ${path}}}`,
      file,
    )
    return topology.neutron.metadata_agent.metadata_proxy_socket
  }
  t.is(await socket('run/agent'), join(folder, 'run/agent'))
  t.is(await socket('/run/agent'), '/run/agent')
  t.is(await socket('run/agent', '<stdin>'), join(process.cwd(), 'run/agent'))
})

test('nova’s vendor data files are relative to the topology too, and need not be there', async t => {
  const api = 'vendordata_jsonfile_path: v.json, vendordata_dynamic_ssl_certfile: /etc/ca.pem'
  const { topology, told } = await resolve(`nova: {api: {${api}}}`)
  t.deepEqual(told, [])
  t.like(topology.nova.api, {
    vendordata_jsonfile_path: join(folder, 'v.json'),
    vendordata_dynamic_ssl_certfile: '/etc/ca.pem',
  })
})

test('a socket’s path is one that haproxy can have when the folder is before it, too', async t => {
  const told = async (path: string) => {
    const options = 'neutron: {metadata_agent: {metadata_proxy_socket: agent}}'
    return (await resolve(options, path)).told
  }
  t.deepEqual(await told('/srv/my labs/lab.yaml'), [
    '2:28 `metadata_proxy_socket`: /srv/my labs/agent must be a path without spaces, quotes and the like',
  ])
  const deep = `/srv/${'x'.repeat(100)}`
  t.deepEqual(await told(`${deep}/lab.yaml`), [
    `2:28 \`metadata_proxy_socket\`: ${deep}/agent is longer than the 107 bytes that a socket’s path may have`,
  ])
})
