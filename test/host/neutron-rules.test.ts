import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ExecutionContext } from 'ava'
import test from 'ava'
import type { Cloud } from '../../src/cloud/cloud.ts'
import { dhcpNamespaceOf } from '../../src/neutron/dhcp-namespace.ts'
import { dnsmasqOf } from '../../src/neutron/dnsmasq.ts'
import { metadataProxiesOf } from '../../src/neutron/haproxy.ts'
import { radvdOf } from '../../src/neutron/radvd.ts'
import { routerNamespaceOf } from '../../src/neutron/router-namespace.ts'
import { advertisedCloud } from '../fixtures/advertised-cloud.ts'
import { neutronClouds } from '../fixtures/neutron-clouds.ts'
import { recordedFacts } from '../fixtures/recorded.ts'

/** One fresh namespace per rule set, without a link but lo; dnsmasq and haproxy only check what they would read. */

const isRoot = process.getuid?.() === 0
const onHost = isRoot ? test : test.skip
const reason = isRoot ? '' : ' (skipped: a network namespace takes root)'
const path = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }

const releases = [
  'havana',
  'juno',
  'kilo',
  'liberty',
  'ocata',
  'pike',
  'queens',
  'ussuri',
  'victoria',
  'zed',
  '2026.1',
]

for (const release of releases) {
  const { routed, everyKind } = neutronClouds(release)

  onHost(`${release}: iptables-save gives back the rules of qdhcp${reason}`, t => {
    for (const network of routed?.networks ?? []) {
      const namespace = routed && dhcpNamespaceOf(routed, network, recordedFacts)
      if (namespace) survivesRestore(t, namespace)
    }
  })

  onHost(`${release}: iptables-save gives back the rules of qrouter${reason}`, t => {
    for (const router of routed?.routers ?? []) {
      if (routed) survivesRestore(t, routerNamespaceOf(routed, router, recordedFacts))
    }
  })

  onHost(
    `${release}: iptables-save gives back the rules of a router with a floating IP${reason}`,
    t => {
      const cloud = advertisedCloud(release)
      for (const router of cloud.routers) {
        survivesRestore(t, routerNamespaceOf(cloud, router, recordedFacts))
      }
    },
  )

  onHost(`${release}: radvd takes its configuration${reason}`, t => {
    const directory = mkdtempSync(join(tmpdir(), 'lab-test-'))
    try {
      const cloud = advertisedCloud(release)
      for (const router of cloud.routers) {
        const radvd = radvdOf(cloud, router, recordedFacts)
        t.is(radvd === null, release === 'havana')
        if (radvd === null) continue
        const path = join(directory, `${router.id}.radvd.conf`)
        writeFileSync(path, radvd.config, { mode: 0o444 })
        t.notThrows(() => run('radvd', ['--configtest', '-C', path, '-m', 'stderr']))
      }
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  onHost(
    `${release}: dnsmasq takes the command line, and haproxy the configurations${reason}`,
    t => {
      const state_path = mkdtempSync(join(tmpdir(), 'lab-test-'))
      try {
        for (const cloud of [routed, everyKind]) {
          if (cloud) checkPrograms(t, { ...cloud, neutron: { ...cloud.neutron, state_path } })
        }
      } finally {
        rmSync(state_path, { recursive: true })
      }
    },
  )
}

type Rules = Readonly<{ iptables: string | null; ip6tables: string | null }>

function survivesRestore(t: ExecutionContext, { iptables, ip6tables }: Rules) {
  const name = `lab-test-${randomBytes(6).toString('hex')}`
  run('ip', ['netns', 'add', name])
  try {
    t.is(saveAfterRestore(name, 'iptables', iptables ?? ''), iptables ?? '')
    t.is(saveAfterRestore(name, 'ip6tables', ip6tables ?? ''), ip6tables ?? '')
  } finally {
    run('ip', ['netns', 'delete', name])
  }
}

function saveAfterRestore(name: string, program: string, rules: string): string {
  run('ip', ['netns', 'exec', name, `${program}-restore`], rules)
  return run('ip', ['netns', 'exec', name, `${program}-save`])
    .replace(/^#.*\n/gm, '')
    .replace(/\[\d+:\d+\]$/gm, '[0:0]')
}

function checkPrograms(t: ExecutionContext, cloud: Cloud) {
  for (const network of cloud.networks) {
    const dnsmasq = dnsmasqOf(cloud, network, recordedFacts)
    if (dnsmasq === null) continue
    const [program = '', ...rest] = dnsmasq.argv
    for (const [file, text] of Object.entries(dnsmasq.files)) {
      write(join(dnsmasq.directory, file), text)
    }
    t.notThrows(() => run(program, ['--test', ...rest]))
  }
  for (const { configPath, config, argv } of metadataProxiesOf(cloud, recordedFacts)) {
    write(configPath, config)
    const [program, ...rest] = argv
    t.notThrows(() => run(program, ['-c', ...rest]))
  }
}

function write(file: string, text: string) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

function run(program: string, args: readonly string[], input = ''): string {
  return execFileSync(program, args, { input, env: path, encoding: 'utf8', stdio: 'pipe' })
}
