import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import { readRecorded } from '../fixtures/recorded.ts'
import { lab, hostTest as test, waitFor } from './support/lab.ts'
import {
  addressesIn,
  fetchIn,
  listenersIn,
  readIn,
  routesIn,
  rulesByTable,
  rulesIn,
  sysctlsIn,
  uuidSeenBy,
} from './support/namespace.ts'
import { modeOf, processOf, servingProcessOf } from './support/processes.ts'
import { type BuiltLab, namesIn, standingLabs } from './support/standing-labs.ts'
import { testRuntime } from './support/test-runtime.ts'

const dualStack = `
name: dual-stack
neutron:
  release: "2026.1"
  dhcp_agent: {enable_isolated_metadata: true}
networks:
  private:
    subnets:
      - {cidr: 192.168.30.0/24}
      - {cidr: "fd00:30::/64", ipv6_ra_mode: dhcpv6-stateful, ipv6_address_mode: dhcpv6-stateful}
instances:
  vm1: {networks: [private]}
  vm2: {networks: [private]}
`

//  vm1, vm2 ── brq ── qdhcp (169.254.169.254, dnsmasq, haproxy) ── socket ── agent ── nova-api-metadata
const labs = standingLabs({
  ussuri: { topology: 'dhcp-mode' },
  newest: { topology: 'dhcp-mode', options: ['--release', '2026.1'] },
  dualStack: { topology: dualStack },
})

type Variant = Parameters<typeof labs>[0]

const variants: readonly Variant[] = ['ussuri', 'newest', 'dualStack']
const shipped: readonly Variant[] = ['ussuri', 'newest']

function each(
  keys: readonly Variant[],
  title: string,
  body: (t: ExecutionContext, built: BuiltLab) => Promise<void>,
): void {
  for (const key of keys) test(`${key}: ${title}`, t => body(t, labs(key)))
}

function expectAddresses(key: Variant, title: string, ...metadata: readonly string[]): void {
  test(`${key}: ${title}`, async t => {
    const { qdhcp, dhcpDevice } = namesIn(labs(key))
    const seen = await addressesIn(qdhcp('private'), dhcpDevice('private'))
    t.deepEqual(
      seen.filter(address => !/fe80::f816/.test(address)).sort(),
      [...metadata, 'inet 192.168.30.2/24 brd 192.168.30.255 scope global'].sort(),
    )
    t.is(seen.filter(address => /fe80::f816/.test(address)).length, 1)
  })
}

expectAddresses(
  'ussuri',
  'the DHCP port bears 169.254.169.254/16',
  'inet 169.254.169.254/16 brd 169.254.255.255 scope global',
)
expectAddresses(
  'newest',
  'the DHCP port bears 169.254.169.254/32, and fe80::a9fe:a9fe only where there is an IPv6 subnet',
  'inet 169.254.169.254/32 brd 169.254.169.254 scope global',
)
expectAddresses(
  'dualStack',
  'the DHCP port bears fe80::a9fe:a9fe/128 beside 169.254.169.254/32',
  'inet 169.254.169.254/32 brd 169.254.169.254 scope global',
  'inet6 fd00:30::2/64 scope global',
  'inet6 fe80::a9fe:a9fe/128 scope link',
)

test('ussuri: qdhcp routes by its subnet, by 169.254.0.0/16 and by the gateway that is not there', async t => {
  const { qdhcp, dhcpDevice } = namesIn(labs('ussuri'))
  const device = dhcpDevice('private')
  t.deepEqual(await routesIn(qdhcp('private')), [
    `169.254.0.0/16 dev ${device} proto kernel scope link src 169.254.169.254`,
    `192.168.30.0/24 dev ${device} proto kernel scope link src 192.168.30.2`,
    `default via 192.168.30.1 dev ${device} proto static`,
  ])
})

test('newest: qdhcp routes by its subnet and by the gateway that is not there', async t => {
  const { qdhcp, dhcpDevice } = namesIn(labs('newest'))
  const device = dhcpDevice('private')
  t.deepEqual(await routesIn(qdhcp('private')), [
    `192.168.30.0/24 dev ${device} proto kernel scope link src 192.168.30.2`,
    `default via 192.168.30.1 dev ${device} proto static`,
  ])
})

each(variants, 'the sysctls of qdhcp are the agent’s', async (t, built) => {
  const expected = {
    'net.ipv4.conf.all.promote_secondaries': '1',
    'net.ipv4.ip_nonlocal_bind': '1',
    'net.ipv6.conf.default.accept_ra': '0',
  }
  t.deepEqual(await sysctlsIn(namesIn(built).qdhcp('private'), Object.keys(expected)), expected)
})

const recordedAs = { ussuri: 'ussuri', newest: '2026.1', dualStack: '2026.1' } as const

for (const key of variants)
  test(`${key}: the rules in qdhcp are those of the real agent`, async t => {
    const namespace = namesIn(labs(key)).qdhcp('private')
    for (const family of ['iptables', 'ip6tables'] as const)
      t.deepEqual(
        await rulesIn(namespace, `${family}-save`),
        rulesByTable(readRecorded(recordedAs[key], `qdhcp.${family}`)),
      )
  })

each(shipped, 'haproxy and dnsmasq listen where Neutron’s do', async (t, built) => {
  const { qdhcp, dhcpDevice } = namesIn(built)
  const linkLocal = await linkLocalOf(qdhcp('private'), dhcpDevice('private'))
  const addresses = [
    '127.0.0.1',
    '192.168.30.2',
    '169.254.169.254',
    '[::1]',
    `[${linkLocal}]%${dhcpDevice('private')}`,
  ]
  await waitFor('dnsmasq on its link-local address', async () =>
    (await listenersIn(qdhcp('private'))).includes(
      `tcp [${linkLocal}]%${dhcpDevice('private')}:53 dnsmasq`,
    ),
  )
  t.deepEqual(
    await listenersIn(qdhcp('private')),
    [
      'tcp 169.254.169.254:80 haproxy',
      'udp 0.0.0.0:67 dnsmasq',
      ...addresses.flatMap(address => [`tcp ${address}:53 dnsmasq`, `udp ${address}:53 dnsmasq`]),
    ].sort(),
  )
})

async function linkLocalOf(namespace: string, device: string): Promise<string> {
  const text = await readIn(namespace, 'ip', '-6', 'address', 'show', 'dev', device)
  return /inet6 (fe80::f816\S+)\/64/.exec(text)?.[1] ?? ''
}

test('dualStack: haproxy binds fe80::a9fe:a9fe on the DHCP port as well', async t => {
  const { qdhcp, dhcpDevice } = namesIn(labs('dualStack'))
  const seen = await listenersIn(qdhcp('private'))
  t.deepEqual(
    seen.filter(listener => listener.endsWith(' haproxy')),
    ['tcp 169.254.169.254:80 haproxy', `tcp [fe80::a9fe:a9fe]%${dhcpDevice('private')}:80 haproxy`],
  )
  t.true(seen.includes('udp *:547 dnsmasq') || seen.includes('udp [::]:547 dnsmasq'))
})

each(shipped, 'dnsmasq’s files are those that Neutron writes', async (t, built) => {
  const { network, port } = namesIn(built)
  const { id, subnets } = network('private')
  const tag = `tag:subnet-${subnets[0]?.id}`
  const routes = '169.254.169.254/32,192.168.30.2,0.0.0.0/0,192.168.30.1'
  const read = (name: string) => readFileSync(`${built.statePath}/dhcp/${id}/${name}`, 'utf8')
  t.is(
    read('opts'),
    [
      `${tag},option:dns-server,192.0.2.53`,
      `${tag},option:classless-static-route,${routes}`,
      `${tag},249,${routes}`,
      `${tag},option:router,192.168.30.1`,
    ].join('\n'),
  )
  t.is(read('host'), hostLines(built, 'vm1', 3) + hostLines(built, 'vm2', 4))
  t.is(
    read('addn_hosts'),
    '192.168.30.3\thost-192-168-30-3.openstacklocal host-192-168-30-3\n' +
      '192.168.30.4\thost-192-168-30-4.openstacklocal host-192-168-30-4\n',
  )
  t.is(read('interface'), `tap${port('network:dhcp', 'private').id.slice(0, 11)}`)
  t.regex(read('pid'), /^\d+\n$/)
  t.regex(read('leases'), / 192\.168\.30\.3 host-192-168-30-3 /)
  t.is(modeOf(`${built.statePath}/dhcp/${id}`), '755')
  for (const name of ['opts', 'host', 'addn_hosts', 'interface', 'leases', 'pid'])
    t.is(modeOf(`${built.statePath}/dhcp/${id}/${name}`), '644', name)
})

function hostLines(built: BuiltLab, instance: string, last: number): string {
  const [portId] = namesIn(built).instance(instance).port_ids
  const mac = built.cloud.ports.find(({ id }) => id === portId)?.mac_address
  return `${mac},host-192-168-30-${last}.openstacklocal,192.168.30.${last}\n`
}

each(shipped, 'dnsmasq runs with Neutron’s command line, without root', async (t, built) => {
  const { network, qdhcp } = namesIn(built)
  const { id, subnets } = network('private')
  const directory = `${built.statePath}/dhcp/${id}`
  const dnsmasq = await processOf(built, `dnsmasq-${id}`)
  t.deepEqual(dnsmasq.argv, [
    'dnsmasq',
    ...inForeground('-k'),
    '--no-hosts',
    '--no-resolv',
    `--pid-file=${directory}/pid`,
    `--dhcp-hostsfile=${directory}/host`,
    `--addn-hosts=${directory}/addn_hosts`,
    `--dhcp-optsfile=${directory}/opts`,
    `--dhcp-leasefile=${directory}/leases`,
    '--dhcp-match=set:ipxe,175',
    '--dhcp-userclass=set:ipxe6,iPXE',
    '--local-service',
    '--bind-dynamic',
    `--dhcp-range=set:subnet-${subnets[0]?.id},192.168.30.0,static,255.255.255.0,86400s`,
    '--dhcp-option-force=option:mtu,1450',
    '--dhcp-lease-max=256',
    '--conf-file=/dev/null',
    '--domain=openstacklocal',
  ])
  t.is(dnsmasq.environment.PROCESS_TAG, tagOf(built, `dnsmasq-${id}`))
  t.is(dnsmasq.environment.LAB, built.name)
  t.is(dnsmasq.namespace, qdhcp('private'))
  t.false(dnsmasq.uids.includes('0'))
})

/** A container's program is its first process; kolla's wrappers call it so, too. */
function inForeground(option: string): string[] {
  return testRuntime === 'process' ? [] : [option]
}

each(variants, 'haproxy runs from Neutron’s files, in qdhcp, without root', async (t, built) => {
  const { network, qdhcp } = namesIn(built)
  const { id } = network('private')
  const haproxy = await processOf(built, `haproxy-${id}`)
  const config = `${built.statePath}/ns-metadata-proxy/${id}.conf`
  t.deepEqual(haproxy.argv, ['haproxy', ...inForeground('-Ws'), '-f', config])
  t.is(haproxy.environment.PROCESS_TAG, tagOf(built, `haproxy-${id}`))
  t.is(haproxy.namespace, qdhcp('private'))
  t.false((await servingProcessOf(built, `haproxy-${id}`)).uids.includes('0'))
  t.is(
    Number(readFileSync(`${built.statePath}/external/pids/${id}.pid.haproxy`, 'utf8')),
    haproxy.pid,
  )
})

const binds = {
  ussuri: () => ['bind 169.254.169.254:80', 'server metadata'],
  newest: () => ['bind 169.254.169.254:80', '', 'server metadata'],
  dualStack: (device: string) => [
    'bind 169.254.169.254:80',
    `bind fe80::a9fe:a9fe:80 interface ${device}`,
    'server metadata',
  ],
} as const

for (const key of variants)
  test(`${key}: haproxy’s configuration says where it listens and whom it asks as`, async t => {
    const built = labs(key)
    const { network, dhcpDevice } = namesIn(built)
    const { id } = network('private')
    const text = readFileSync(`${built.statePath}/ns-metadata-proxy/${id}.conf`, 'utf8')
    const listen = text.slice(text.indexOf('listen listener\n') + 'listen listener\n'.length)
    const lines = listen.split('\n').map(line => line.trim())
    const expected = binds[key](dhcpDevice('private'))
    t.deepEqual(
      lines.slice(0, expected.length).map(line => line.replace(/^(server metadata) .*/, '$1')),
      [...expected],
    )
    t.true(text.includes(`    server metadata ${built.statePath}/metadata_proxy\n`))
    t.true(text.includes(`    log-tag     haproxy-metadata-proxy-${id}\n`))
    t.true(
      text.endsWith(
        `    http-request del-header X-Neutron-Router-ID\n    http-request set-header X-Neutron-Network-ID ${id}\n`,
      ),
    )
  })

each(shipped, 'a guest has the lease that Neutron’s dnsmasq gives', async (t, built) => {
  const { guest } = namesIn(built)
  for (const [name, address] of [
    ['vm1', '192.168.30.3'],
    ['vm2', '192.168.30.4'],
  ] as const) {
    t.true(
      (await addressesIn(guest(name), 'eth0')).includes(
        `inet ${address}/24 brd 192.168.30.255 scope global`,
      ),
    )
    t.deepEqual(await routesIn(guest(name)), [
      `169.254.169.254 via 192.168.30.2 dev eth0`,
      `192.168.30.0/24 dev eth0 proto kernel scope link src ${address}`,
      'default via 192.168.30.1 dev eth0',
    ])
    t.is(await readIn(guest(name), 'cat', '/sys/class/net/eth0/mtu'), '1450')
    t.is(
      await readIn(guest(name), 'cat', '/etc/resolv.conf'),
      'search openstacklocal\nnameserver 192.0.2.53',
    )
    const lease = readFileSync(`${built.statePath}/guests/${name}/eth0.lease`, 'utf8')
    t.is(
      lease,
      `address=${address}/24\nserver=192.168.30.2\nseconds=86400\nrouter=192.168.30.1\n` +
        'staticroutes=169.254.169.254/32 192.168.30.2 0.0.0.0/0 192.168.30.1\n' +
        `hostname=host-${address.replaceAll('.', '-')}\nsearch=openstacklocal\ndns=192.0.2.53\n`,
    )
  }
})

each(variants, 'each guest is told its own instance', async (t, built) => {
  const { guest, instance } = namesIn(built)
  for (const name of ['vm1', 'vm2']) {
    t.is(await uuidSeenBy(guest(name)), instance(name).id)
    const { body } = await fetchIn(guest(name), '/openstack/latest/meta_data.json')
    t.is(JSON.parse(body).hostname, `${name}.novalocal`)
  }
})

test('dualStack: each guest is told its own instance over IPv6', async t => {
  const { guest, instance } = namesIn(labs('dualStack'))
  for (const name of ['vm1', 'vm2']) {
    const url = 'http://[fe80::a9fe:a9fe%25eth0]/openstack/latest/meta_data.json'
    const { status, body } = await fetchIn(guest(name), url)
    t.is(status, 200)
    t.is(JSON.parse(body).uuid, instance(name).id)
  }
})

each(shipped, 'vm1 reads everything that the metadata service has for it', async (t, built) => {
  const { guest, instance } = namesIn(built)
  const vm1 = guest('vm1')
  const text = async (path: string) => {
    const { status, body } = await fetchIn(vm1, path)
    return status === 200 ? body : `status ${status}`
  }
  t.regex(await text('/openstack/'), /^2012-08-10\n(.*\n)*latest$/)
  t.is(await text('/latest/meta-data/local-ipv4'), '192.168.30.3')
  t.is(await text('/2009-04-04/meta-data/hostname'), 'vm1.novalocal')
  t.is(await text('/latest/meta-data/public-keys/'), '0=ops')
  t.regex(await text('/latest/meta-data/public-keys/0/openssh-key'), /^ssh-ed25519 /)
  t.regex(await text('/openstack/latest/user_data'), /^#cloud-config\nruncmd:\n/)
  t.is(await text('/latest/user-data'), await text('/openstack/latest/user_data'))
  t.is(await text('/openstack/latest/vendor_data.json'), '{}')
  t.is(await text('/openstack/latest/password'), '')
  const network = JSON.parse(await text('/openstack/latest/network_data.json'))
  const [portId = ''] = instance('vm1').port_ids
  t.is(network.links[0].id, `tap${portId.slice(0, 11)}`)
  t.is(network.networks[0].type, 'ipv4_dhcp')
  t.is(await text('/openstack/latest/nothing'), 'status 404')
})

each(shipped, 'a password that a guest posts is its own', async (t, built) => {
  const { guest } = namesIn(built)
  const path = '/openstack/latest/password'
  t.deepEqual(await fetchIn(guest('vm2'), path, '-d', 'secret of vm2'), {
    status: 200,
    body: '',
    exitCode: 0,
  })
  t.is((await fetchIn(guest('vm1'), path)).body, '')
})

each(variants, 'the agent and the API run without root, beside each other', async (t, built) => {
  const { host } = namesIn(built)
  for (const name of ['neutron-metadata-agent', 'nova-api-metadata']) {
    const daemon = await processOf(built, name)
    t.false(daemon.uids.includes('0'), name)
    t.is(daemon.namespace, host)
  }
  t.deepEqual(await listenersIn(host), [`tcp 172.29.236.11:8775 ${await novaTitle(built)}`])
})

async function novaTitle(built: BuiltLab): Promise<string> {
  const { pid } = await processOf(built, 'nova-api-metadata')
  return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
}

each(variants, 'what is secret is root’s alone', async (t, built) => {
  const path = (name: string) => `${built.statePath}/${name}`
  t.is(modeOf(built.statePath), '711')
  t.is(modeOf(path('etc')), '700')
  t.is(modeOf(path('log')), '700')
  for (const name of [
    'etc/neutron-metadata-agent.json',
    'etc/nova-api-metadata.json',
    'lab.json',
    'journal.jsonl',
  ]) {
    t.is(modeOf(path(name)), '600', name)
    t.is(statSync(path(name)).uid, 0)
  }
  const secret = built.cloud.neutron.metadata_agent.metadata_proxy_shared_secret
  t.regex(secret, /^[0-9a-f]{32}$/)
  for (const name of readdirSync('/proc').filter(entry => /^\d+$/.test(entry)))
    t.false(commandLineOf(name).includes(secret))
})

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // it ended meanwhile
    return ''
  }
}

each(
  variants,
  'the namespaces have OpenStack’s names and the lab’s, and no others',
  async (t, built) => {
    const { qdhcp, guest, host } = namesIn(built)
    const expected = [qdhcp('private'), guest('vm1'), guest('vm2'), host].sort()
    const seen = readdirSync('/run/netns').filter(
      name => expected.includes(name) || name.includes(built.name),
    )
    t.deepEqual(seen.sort(), expected)
    t.true(existsSync(`/etc/netns/${guest('vm1')}/resolv.conf`))
  },
)

each(variants, 'status finds every resource standing', async (t, built) => {
  const { exitCode, stdout } = await lab(['status', built.name, '--json'])
  t.is(exitCode, 0)
  const { state, differences, resources, standing } = JSON.parse(stdout)
  t.deepEqual(
    { state, differences, standing },
    { state: 'stands', differences: [], standing: resources },
  )
})

each(shipped, 'up again changes nothing', async (t, built) => {
  const release = built === labs('newest') ? ['--release', '2026.1'] : []
  const { exitCode, stdout } = await lab(['up', 'dhcp-mode', '--name', built.name, ...release])
  t.is(exitCode, 0)
  t.regex(stdout, /stands as it is: nothing changes/)
})

/** Agents name the processes that they start from 2023.1 on. */
function tagOf({ cloud }: BuiltLab, tag: string): string | undefined {
  return ['ussuri', 'zed'].includes(cloud.neutron.release) ? undefined : tag
}
