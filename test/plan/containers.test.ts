import test from 'ava'
import type { ContainerFacts } from '../../src/cloud/machine-facts.ts'
import type { ContainedService, ServiceName, Step } from '../../src/plan/step.ts'
import { isContained } from '../../src/plan/step.ts'
import { containerFacts } from '../fixtures/container-facts.ts'
import { everything } from '../fixtures/every-service.ts'
import { cloudOf, planOf, shippedTopology } from '../fixtures/planned.ts'

const oldProxy = everything.replace('neutron:', 'neutron:\n  metadata_proxy: ns-metadata-proxy')
const https = everything.replace(
  'neutron:',
  'neutron:\n  metadata_agent: {nova_metadata_protocol: https}',
)
const elsewhere = everything.replace(
  'neutron:',
  'neutron:\n  metadata_agent: {nova_metadata_host: 192.0.2.1, metadata_proxy_shared_secret: s}',
)

function stepsOf(topology: string, facts = containerFacts('docker')): readonly Step[] {
  return planOf(topology, facts).steps
}

function containedIn(topology: string, kind: ContainerFacts['kind']): readonly ContainedService[] {
  return stepsOf(topology, containerFacts(kind)).filter(isContained)
}

/** The first of its kind. */
function pick(topology: string, kind: ContainerFacts['kind'], service: ServiceName) {
  const found = containedIn(topology, kind).find(step => step.service === service)
  if (found === undefined) throw new Error(`no container of ${service}`)
  return found
}

const needs = test.macro({
  title: (_, service: ServiceName) => `the capabilities of ${service}`,
  exec(t, service: ServiceName, capabilities: readonly string[]) {
    const topology = service === 'neutron-ns-metadata-proxy' ? oldProxy : everything
    t.deepEqual(pick(topology, 'podman', service).container.capabilities, capabilities)
    t.deepEqual(pick(topology, 'docker', service).container.capabilities, [
      ...capabilities,
      'SYS_ADMIN',
      'SETPCAP',
    ])
  },
})
test(needs, 'haproxy', ['KILL', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'])
test(needs, 'dnsmasq', ['CHOWN', 'NET_ADMIN', 'NET_BIND_SERVICE', 'NET_RAW', 'SETGID', 'SETUID'])
test(needs, 'radvd', ['NET_RAW', 'SETGID', 'SETUID'])
test(needs, 'neutron-metadata-agent', ['CHOWN', 'DAC_OVERRIDE', 'SETGID', 'SETUID'])
test(needs, 'nova-api-metadata', ['CHOWN', 'DAC_OVERRIDE', 'SETGID', 'SETUID'])
// Its pid file belongs to its user when it is put back.
test(needs, 'neutron-ns-metadata-proxy', [
  'CHOWN',
  'DAC_OVERRIDE',
  'NET_BIND_SERVICE',
  'SETGID',
  'SETUID',
])

const calls = test.macro({
  title: (_, service: ServiceName) => `how ${service} is called in a container`,
  exec(t, service: ServiceName, argv: RegExp) {
    const topology = service === 'neutron-ns-metadata-proxy' ? oldProxy : everything
    const step = pick(topology, 'podman', service)
    t.regex(step.argv.join(' '), argv)
    t.deepEqual(step.container.command, step.argv)
    t.false(step.daemonizes)
  },
})
test(calls, 'haproxy', /^haproxy -Ws -f \/var\/lib\/lab\/fixture\/ns-metadata-proxy\/\S+\.conf$/)
test(calls, 'dnsmasq', /^dnsmasq -k --no-hosts /)
test(calls, 'radvd', /^radvd -C .* -n$/)
test(calls, 'neutron-metadata-agent', /^neutron-metadata-agent --config \S+\.json$/)
test(calls, 'nova-api-metadata', /^nova-api-metadata --config \S+\.json$/)
test(calls, 'neutron-ns-metadata-proxy', /^neutron-ns-metadata-proxy --pid_file=/)

test('Podman joins a namespace by its path, Docker’s container goes there by itself', t => {
  for (const service of ['haproxy', 'nova-api-metadata'] as const) {
    const podman = pick(everything, 'podman', service)
    const path = `/run/netns/${podman.namespace}`
    t.is(podman.container.network, `ns:${path}`)
    t.false(podman.container.mounts.some(mount => mount.path.startsWith('/run/netns')))
    const docker = pick(everything, 'docker', service).container
    t.is(docker.network, 'host')
    t.deepEqual(docker.mounts[0], { path, readOnly: true })
    t.deepEqual(docker.command, [
      'nsenter',
      `--net=${path}`,
      'setpriv',
      '--inh-caps=-all',
      '--bounding-set=-sys_admin,-setpcap',
      ...podman.container.command,
    ])
  }
})

for (const kind of ['docker', 'podman'] as const)
  test(`an agent of another nova has the machine’s network, and no more rights for it (${kind})`, t => {
    const { container, environment } = pick(elsewhere, kind, 'neutron-metadata-agent')
    t.is(container.network, 'host')
    t.is(container.command[0], 'neutron-metadata-agent')
    t.false(container.capabilities.includes('SYS_ADMIN'))
    t.deepEqual(Object.keys(container.labels), ['lab', 'lab.service'])
    t.like(environment, { LAB: 'fixture', LAB_SERVICE: 'neutron-metadata-agent' })
  })

test('names and labels say lab, service and namespace; a name is no one else’s', t => {
  const contained = [...containedIn(everything, 'docker'), ...containedIn(oldProxy, 'docker')]
  for (const { container, service, namespace } of contained) {
    t.is(container.engine.host, containerFacts('docker').host)
    t.is(container.image, containerFacts('docker').image)
    t.is(container.environment.LAB, 'fixture')
    const isAlone = /^n(ova|eutron)-(api|metadata-agent)/.test(service)
    const name = isAlone ? `lab-fixture-${service}` : `lab-fixture-${service}-${namespace}`
    t.is(container.name, name)
    t.deepEqual(container.labels, {
      lab: 'fixture',
      'lab.service': service,
      'lab.namespace': namespace,
    })
  }
  const names = containedIn(everything, 'docker').map(({ container }) => container.name)
  t.is(new Set(names).size, names.length)
})

test('with several hosts a name says which one, and each service sees its own host’s state alone', t => {
  for (const topology of [shippedTopology('hosts'), shippedTopology('ovn-mode')]) {
    const contained = containedIn(topology, 'docker')
    for (const { container, host, service } of contained) {
      t.regex(container.name, /^[a-z0-9][a-zA-Z0-9_.-]+$/, 'all that engines take')
      const own = container.mounts.filter(({ path }) => path.startsWith('/var/lib/lab/'))
      t.true(own.length > 0)
      for (const { path } of own)
        t.regex(path, new RegExp(`^/var/lib/lab/fixture/hosts/${host}(/|$)`), service)
    }
    const names = contained.map(({ container }) => container.name)
    t.is(new Set(names).size, names.length)
  }
})

const named = test.macro({
  title: (_, topology: 'hosts' | 'ovn-mode', name: string) => `${topology} has lab-fixture-${name}`,
  exec(t, topology: 'hosts' | 'ovn-mode', name: string, program: string) {
    const names = cloudOf(shippedTopology(topology)).networks.reduce(
      (text, { id, name }) => text.replaceAll(id, name).replaceAll(id.slice(0, 8), name),
      JSON.stringify(
        containedIn(shippedTopology(topology), 'podman').map(({ container }) => [
          container.name,
          container.command[0],
        ]),
      ),
    )
    t.true(names.includes(JSON.stringify([`lab-fixture-${name}`, program])), names)
  },
})
test(named, 'hosts', 'nova-api-metadata', 'nova-api-metadata')
test(named, 'hosts', 'neutron-metadata-agent-network2', 'neutron-metadata-agent')
test(named, 'hosts', 'dnsmasq-qdhcp-private.network2', 'dnsmasq')
test(named, 'hosts', 'haproxy-qdhcp-private.network1', 'haproxy')
test(named, 'ovn-mode', 'neutron-ovn-agent-compute2', 'neutron-metadata-agent')
test(named, 'ovn-mode', 'haproxy-ovnmeta-private.compute1', 'haproxy')
test(named, 'ovn-mode', 'dnsmasq-lab-fixture-ovndhcp_private.compute1', 'dnsmasq')

const checks = test.macro({
  title: (_, what: string) => `health check: ${what}`,
  exec(t, _: string, topology: string, service: ServiceName, words: readonly string[] | null) {
    const { healthcheck } = pick(topology, 'docker', service).container
    t.deepEqual(healthcheck?.slice(5) ?? null, words)
    t.is(pick(topology, 'podman', service).container.healthcheck, null)
  },
})
const [socket, address] = ['/var/lib/lab/fixture/metadata_proxy', '172.29.236.11']
test(checks, 'the agent answers on its socket', everything, 'neutron-metadata-agent', [
  'lab-healthcheck',
  'unix',
  socket,
])
test(checks, 'nova answers by HTTP', everything, 'nova-api-metadata', [
  'lab-healthcheck',
  'http',
  address,
  '8775',
  '/',
])
test(checks, 'nova answers by HTTPS', https, 'nova-api-metadata', [
  'lab-healthcheck',
  'https',
  address,
  '8775',
  '/',
])
test(checks, 'haproxy has none', everything, 'haproxy', null)
test(checks, 'dnsmasq has none', everything, 'dnsmasq', null)
test(checks, 'the old proxy has none', oldProxy, 'neutron-ns-metadata-proxy', null)

const sees = test.macro({
  title: (_, service: ServiceName) => `what ${service} sees of the machine`,
  exec(t, service: ServiceName, topology: string, mounts: readonly (readonly [string, boolean])[]) {
    const state = '/var/lib/lab/fixture'
    const seen = pick(topology, 'podman', service).container.mounts.map(({ path, readOnly }) => [
      path.replace(state, '').replace(/[0-9a-f-]{36}/, '(id)'),
      readOnly,
    ])
    t.deepEqual(seen, mounts)
  },
})
const pids = ['/external/pids', false] as const
test(sees, 'haproxy', everything, [['', true], pids])
test(sees, 'dnsmasq', everything, [['/dhcp/(id)', false]])
test(sees, 'radvd', everything, [pids, ['/ra/(id).radvd.conf', true]])
test(sees, 'neutron-ns-metadata-proxy', oldProxy, [['', true], pids, ['/log', false]])
test(sees, 'neutron-metadata-agent', everything, [['', false]])
test(sees, 'nova-api-metadata', everything, [['', false]])

test('of files that the topology names, services see the directory, if it is there', t => {
  const named = everything.replace(
    'neutron:',
    `nova:
  wsgi: {ssl_cert_file: /etc/ssl/mine/c.pem, ssl_key_file: /etc/ssl/mine/k.pem}
  api: {vendordata_jsonfile_path: /srv/vendor.json}
neutron:
  metadata_agent: {nova_metadata_protocol: https, auth_ca_cert: /etc/ca.pem}`,
  )
  const seen = (service: ServiceName) =>
    pick(named, 'podman', service).container.mounts.filter(({ optional }) => optional)
  const optional = { readOnly: true, optional: true } as const
  t.deepEqual(seen('nova-api-metadata'), [
    { path: '/etc/ssl/mine', ...optional },
    { path: '/srv/vendor.json', ...optional },
  ])
  t.deepEqual(seen('neutron-metadata-agent'), [{ path: '/etc/ca.pem', ...optional }])
})

test('what a service of processes is, it is in a container: its place, files, listeners and marks', t => {
  const processes = new Map(planOf(everything).steps.map(step => [step.id, step]))
  for (const { container, ...step } of containedIn(everything, 'docker')) {
    const before = processes.get(step.id)
    if (before?.kind !== 'service') return t.fail(step.id)
    const { argv: _mine, needs, ...kept } = step
    const { argv: _its, daemonizes: _goes, needs: itsNeeds, ...expected } = before
    t.deepEqual(kept, { ...expected, daemonizes: false })
    t.deepEqual(
      needs.filter(id => id !== 'image:controller'),
      itsNeeds.filter(id => id !== 'service:supervisor'),
    )
    t.deepEqual(container.environment, { ...step.environment, LAB: 'fixture' })
  }
})

test('there is no supervisor and no agent beside containers, and guests’ DHCP clients stay processes', t => {
  const services = stepsOf(everything).filter(step => step.kind === 'service')
  const watchers = ['supervisor', 'neutron-dhcp-agent', 'neutron-l3-agent']
  for (const watcher of watchers)
    t.true(planOf(everything).steps.some(({ id }) => id === `service:${watcher}`))
  t.deepEqual(
    services.filter(step => !isContained(step)).map(({ service }) => service),
    ['udhcpc'],
  )
})

test('the image is a step of its own, first, for which every container waits', t => {
  const [image, ...rest] = stepsOf(shippedTopology('dhcp-mode'))
  t.is(image?.kind, 'image')
  t.true(rest.filter(isContained).every(({ needs }) => needs.includes('image:controller')))
  t.true(rest.every(({ kind }) => kind !== 'image'))
})

const brings = test.macro({
  title: (_, what: string) => `${what} is brought by a command`,
  exec(t, _: string, facts: Partial<ContainerFacts>, command: string) {
    const kind = facts.kind ?? 'docker'
    const [image] = stepsOf(everything, { ...containerFacts(kind), ...facts })
    t.is(image?.kind === 'image' ? image.argv.join(' ') : '', command)
  },
})
const pulls = (engine: string) =>
  `sh -c ${engine} image inspect x/lab:1 >/dev/null 2>&1 || ${engine} pull --quiet x/lab:1`
const theirs = { image: 'x/lab:1', isOwnImage: false } as const
test(
  brings,
  'the lab’s own image',
  {},
  'env DOCKER_HOST=unix:///var/run/docker.sock /usr/share/lab/lab image',
)
test(brings, 'somebody’s image', theirs, pulls('docker'))
test(brings, 'Podman’s image', { ...theirs, kind: 'podman' }, pulls('podman'))
test(
  brings,
  'an image at an engine elsewhere',
  { ...theirs, host: 'unix:///tmp/docker.sock' },
  pulls('docker --host=unix:///tmp/docker.sock'),
)
