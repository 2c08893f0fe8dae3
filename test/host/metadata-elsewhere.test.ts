import { chmodSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ExecutionContext } from 'ava'
import { execa } from 'execa'
import type { Cloud } from '../../src/cloud/cloud.ts'
import { readRecord } from '../../src/lab/record.ts'
import { gatherFacts } from '../../src/linux/gather-facts.ts'
import { identify, readPidFile } from '../../src/linux/process-table.ts'
import { metadataAgentConfig } from '../../src/neutron/metadata-agent/config.ts'
import { novaMetadataConfig } from '../../src/nova/config.ts'
import { makeFolder, startDaemon } from '../daemon/running-daemon.ts'
import { goldenNovaConfig } from '../golden/cloud.ts'
import {
  lab,
  processTest,
  randomLabName,
  hostTest as test,
  waitFor,
  withLab,
  withTopologyFile,
} from './support/lab.ts'
import { changesOfMachine, snapshotMachine } from './support/machine.ts'
import { pipeToBash } from './support/pipe-to-bash.ts'
import { testRuntime } from './support/test-runtime.ts'

const guests = `
networks:
  private: {subnets: [{cidr: 192.168.40.0/24}]}
instances:
  vm1: {networks: [private], metadata: {served: by-the-first}}
`

const fetchOf = (path: string) => [
  ...['curl', '--silent', '--show-error', '--fail', '--max-time', '10'],
  `http://169.254.169.254${path}`,
]
const fetchMetaData = fetchOf('/openstack/latest/meta_data.json')

for (const release of testRuntime === 'process' ? ['zed', '2026.1'] : ['2026.1']) {
  const neutron = `
neutron:
  release: "${release}"
  dhcp_agent: {enable_isolated_metadata: true}
  metadata_agent: {nova_metadata_protocol: https}
`

  //  vm1 ── qdhcp's haproxy ── agent of the release ══ TLS, with the lab's own authority ══ nova-api-metadata
  test(`${release}: over https a guest is served with certificates that the lab makes once`, async t => {
    await withTopologyFile(neutron + guests, async path => {
      await withLab(t, path, async ({ name, run, inNode }) => {
        t.true((await inNode('vm1', fetchMetaData)).includes('by-the-first'))
        const { ca, directory } = certificatesOf(name)
        t.is(statSync(directory).mode & 0o077, 0)
        t.is(statSync(`${directory}/ca.key`).mode & 0o177, 0)
        const before = readFileSync(ca, 'utf8')
        const again = await lab(['up', path, '--name', name])
        t.regex(again.stdout, /nothing changes/)
        t.is(readFileSync(ca, 'utf8'), before)
        const plain = await inNode('controller', [
          'sh',
          '-c',
          'curl -s http://172.29.236.11:8775/; echo $?',
        ])
        t.not(plain, '0')
        t.is((await run(['restart', 'nova-api-metadata'])).exitCode, 0)
        t.true((await inNode('vm1', fetchMetaData)).includes('by-the-first'))
      })
    })
  })

  //  vm1 ── haproxy ── agent in the machine's network ── 127.0.0.1 ── a nova-api-metadata that is not the lab's
  test(`${release}: another nova serves the guests, and the agent alone runs in the machine's network`, async t => {
    using folder = makeFolder()
    const secret = 'of-another-nova'
    const text = (port: number) => `
neutron:
  release: "${release}"
  dhcp_agent: {enable_isolated_metadata: true}
  metadata_agent: {nova_metadata_host: localhost, nova_metadata_port: ${port}, metadata_proxy_shared_secret: ${secret}}
${guests}`
    await using idle = await startNova(folder.path, secret)
    await withTopologyFile(text(idle.port), async path => {
      await withLab(t, path, async ({ name, run, inNode }) => {
        const cloud = cloudOf(name)
        t.is(cloud.neutron.metadata_agent.nova_metadata_port, idle.port)
        await idle.serve(cloud)
        t.true((await inNode('vm1', fetchMetaData)).includes('by-the-first'))
        t.deepEqual(await serviceNames(run), ['neutron-metadata-agent'])
        await diesAndComesBack(t, name)
        t.true((await inNode('vm1', fetchMetaData)).includes('by-the-first'))
        t.is((await run(['restart', 'neutron-metadata-agent'])).exitCode, 0)
        t.regex((await lab(['up', path, '--name', name])).stdout, /nothing changes/)
      })
    })
  })

  //  vm1 ── haproxy ── socket ── an agent that is not the lab's ── a nova-api-metadata that is not either
  test(`${release}: an agent elsewhere serves the guests as soon as it listens`, async t => {
    using folder = makeFolder()
    chmodSync(folder.path, 0o755)
    const socket = `${folder.path}/metadata_proxy`
    const text = `
neutron:
  release: "${release}"
  dhcp_agent: {enable_isolated_metadata: true}
  metadata_agent: {metadata_proxy_socket: ${socket}}
${guests}`
    const secret = 'of-another-agent'
    await using nova = await startNova(folder.path, secret)
    await withTopologyFile(text, async path => {
      await withLab(t, path, async ({ name, run, inNode }) => {
        t.deepEqual(await serviceNames(run), [])
        t.true((await run(['status'])).stdout.includes(`there is no socket ${socket}`))
        const config = readFileSync(haproxyConfigOf(name), 'utf8')
        t.true(config.includes(`    server metadata ${socket}\n`))
        await nova.serve(cloudOf(name))
        await using _agent = await startDaemon('neutron-metadata-agent', folder.path, {
          ...metadataAgentConfig(cloudOf(name), gatherFacts()),
          nova_metadata_host: '127.0.0.1',
          nova_metadata_port: nova.port,
          metadata_proxy_shared_secret: secret,
        })
        t.true((await inNode('vm1', fetchMetaData)).includes('by-the-first'))
        t.false((await run(['status'])).stdout.includes(socket))
        chmodSync(folder.path, 0o700)
        t.true((await run(['status'])).stdout.includes(`may not enter ${folder.path}`))
        chmodSync(folder.path, 0o755)
        chmodSync(socket, 0o444)
        t.true((await run(['status'])).stdout.includes(`may not write to ${socket}`))
      })
    })
  })
}

//  vm1 ── haproxy ── agent ══ TLS, with the user's own certificate ══ nova-api-metadata, with the user's vendor data
test('files that the topology names are served from, and looked at anew when they are replaced', async t => {
  using folder = makeFolder()
  chmodSync(folder.path, 0o755)
  const [vendor, cert, key] = ['vendor.json', 'cert.pem', 'key.pem'].map(
    name => `${folder.path}/${name}`,
  )
  const put = (content: object) => {
    writeFileSync(`${vendor}.new`, JSON.stringify(content), { mode: 0o644 })
    renameSync(`${vendor}.new`, `${vendor}`)
  }
  put({ version: 'first' })
  await execa('openssl', [...SELF_SIGNED, '-keyout', `${key}`, '-out', `${cert}`])
  const text = `
nova:
  api: {vendordata_jsonfile_path: ${vendor}, metadata_cache_expiration: 1}
  wsgi: {ssl_cert_file: ${cert}, ssl_key_file: ${key}}
neutron:
  dhcp_agent: {enable_isolated_metadata: true}
  metadata_agent: {nova_metadata_protocol: https, auth_ca_cert: ${cert}}
${guests}`
  await withTopologyFile(text, async path => {
    await withLab(t, path, async ({ name, inNode }) => {
      const fetched = () => inNode('vm1', fetchOf('/openstack/latest/vendor_data.json'))
      t.is(await fetched(), '{"version": "first"}')
      put({ version: 'second' })
      await waitFor('the new vendor data', async () => (await fetched()).includes('second'))
      t.deepEqual(await certificateOf(name), readFileSync(`${cert}`, 'utf8').trim())
    })
  })
})

const SELF_SIGNED = [
  ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
  ...['-subj', '/CN=theirs', '-addext', 'subjectAltName=IP:172.29.236.11'],
]

/** What nova-api-metadata shows of itself. */
async function certificateOf(name: string): Promise<string> {
  const client = ['openssl', 's_client', '-connect', '172.29.236.11:8775']
  const { stdout } = await lab(['--lab', name, 'exec', 'controller', '--', ...client])
  return /-----BEGIN CERTIFICATE-----.*-----END CERTIFICATE-----/s.exec(stdout)?.[0] ?? ''
}

test('the script of a dry run makes the certificates, too', async t => {
  const before = await snapshotMachine()
  const name = randomLabName()
  const text = `
neutron:
  dhcp_agent: {enable_isolated_metadata: true}
  metadata_agent: {nova_metadata_protocol: https}
${guests}`
  await withTopologyFile(text, async path => {
    const script = await lab(['up', '--dry-run', path, '--name', name])
    try {
      const ended = await pipeToBash(script.stdout)
      t.is(ended.exitCode, 0, ended.stderr)
      const fetched = await lab(['--lab', name, 'exec', 'vm1', '--', ...fetchMetaData])
      t.true(fetched.stdout.includes('by-the-first'), fetched.stderr)
      t.regex((await lab(['up', path, '--name', name])).stdout, /nothing changes/)
    } finally {
      await lab(['down', name])
    }
  })
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})

processTest('a lab whose agent is elsewhere says that its socket is not there', async t => {
  const text = `
neutron:
  dhcp_agent: {enable_isolated_metadata: true}
  metadata_agent: {metadata_proxy_socket: nowhere.sock}
${guests}`
  await withTopologyFile(text, async path => {
    const missing = `there is no socket ${dirname(path)}/nowhere.sock: start the neutron-metadata-agent`
    await withLab(t, path, async ({ name, run }) => {
      t.true((await run(['status'])).stdout.includes(missing))
      t.true((await lab(['up', path, '--name', name])).stdout.includes(missing))
      const doctor = await lab(['doctor', '--json'])
      t.true(doctor.stdout.includes(`"agent-of-${name}"`))
    })
  })
})

processTest('a certificate that is not there is told before anything is built', async t => {
  const before = await snapshotMachine()
  const text = `
neutron:
  metadata_agent: {nova_metadata_protocol: https, auth_ca_cert: nothing.crt}
nova: {wsgi: {ssl_cert_file: topology.yaml, ssl_key_file: topology.yaml}}
${guests}`
  await withTopologyFile(text, async path => {
    const { exitCode, stderr } = await lab(['up', path, '--name', randomLabName()])
    t.is(exitCode, 2)
    t.true(stderr.includes(`\`auth_ca_cert\`: ${dirname(path)}/nothing.crt is not there`))
    t.true(stderr.includes(`\`ssl_cert_file\`: ${path} holds no certificate in PEM form`))
    t.true(stderr.includes(`\`ssl_key_file\`: ${path} holds no private key in PEM form`))
  })
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})

type Run = (args: readonly string[]) => ReturnType<typeof lab>

function cloudOf(name: string): Cloud {
  const record = readRecord(name)
  if (record === null) throw new Error(`there is no lab ${name}`)
  return record.cloud
}

function certificatesOf(name: string) {
  const directory = `${cloudOf(name).neutron.state_path}/ssl`
  return { directory, ca: `${directory}/ca.crt` }
}

function haproxyConfigOf(name: string): string {
  const { neutron, networks } = cloudOf(name)
  return `${neutron.state_path}/ns-metadata-proxy/${networks[0]?.id}.conf`
}

/** Of the two that serve metadata, those that the lab has. */
async function serviceNames(run: Run): Promise<string[]> {
  const seen = JSON.parse((await run(['status', '--json'])).stdout)
  const names = seen.services.map(({ name }: { name: string }) => name)
  return names.filter((name: string) => /^n(?:ova|eutron)-(?:api-)?metadata/.test(name))
}

async function diesAndComesBack(t: ExecutionContext, name: string): Promise<void> {
  const pidFile = `${cloudOf(name).neutron.state_path}/run/neutron-metadata-agent.pid`
  const pid = readPidFile(pidFile) ?? 0
  process.kill(pid, 'SIGKILL')
  await waitFor('a new agent', () => {
    const now = readPidFile(pidFile)
    return now !== null && now !== pid && identify(now) !== null
  })
  const status = await lab(['--lab', name, 'status'])
  t.is(status.exitCode, 0, status.stdout)
}

/** A nova-api-metadata on 127.0.0.1 of the machine, which learns its instances when the lab that has them stands. */
async function startNova(folder: string, secret: string) {
  const config = (cloud: Cloud | null, port: number) => ({
    ...(cloud === null ? goldenNovaConfig() : novaMetadataConfig(cloud, gatherFacts())),
    metadata_listen: '127.0.0.1',
    metadata_listen_port: port,
    metadata_proxy_shared_secret: secret,
    passwordFile: `${folder}/nova/passwords.json`,
  })
  let running = await startDaemon('nova-api-metadata', folder, config(null, 0))
  const port = Number(running.address.split(':').at(-1))
  return {
    port,
    async serve(cloud: Cloud) {
      await running.stop()
      running = await startDaemon('nova-api-metadata', folder, config(cloud, port))
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  }
}
