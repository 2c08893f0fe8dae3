import { existsSync, readFileSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import { guestNamespace } from '../../src/plan/names.ts'
import {
  type DecisionLab,
  type DecisionRow,
  decisionLabs,
  guestOf,
  type Outcome,
  topologyOf,
} from './support/decision-labs.ts'
import { processTest as test } from './support/lab.ts'
import { addressesIn, linesOf, listenersIn, readIn, routesIn, runIn } from './support/namespace.ts'
import { type BuiltLab, namesIn, standingLabs } from './support/standing-labs.ts'

/**
 * Every row of the decision tables (docs/metadata-path.md) as a guest sees it. All guests ask at once, since some wait
 * for an answer that never comes.
 */

type Key = keyof typeof decisionLabs

const keys = Object.keys(decisionLabs).filter((key): key is Key => key in decisionLabs)
const wishes = keys.map(key => [key, { topology: topologyOf(decisionLabs[key]) }] as const)
const labs = standingLabs<Key>(Object.fromEntries(wishes) as Record<Key, { topology: string }>)

interface Seen {
  readonly ipv4: Outcome | string
  readonly ipv6: Outcome | string | null
}

let asked: Promise<ReadonlyMap<DecisionRow, Seen>> | undefined

function seenBy(row: DecisionRow): Promise<Seen | undefined> {
  asked ??= askAll()
  return asked.then(all => all.get(row))
}

/** Guests behind one router ask one after the other, since its counters tell whom it has answered. */
async function askAll(): Promise<ReadonlyMap<DecisionRow, Seen>> {
  const groups = keys.flatMap(key => {
    const { rows }: DecisionLab = decisionLabs[key]
    const questions = rows.map((row, at) => ({ built: labs(key), row, at }))
    return [...Map.groupBy(questions, routersOrNetwork).values()]
  })
  const entries = groups.map(async questions => {
    const seen: [DecisionRow, Seen][] = []
    for (const { built, row, at } of questions) seen.push([row, await ask(built, row, at)])
    return seen
  })
  return new Map((await Promise.all(entries)).flat())
}

interface Question {
  readonly built: BuiltLab
  readonly row: DecisionRow
  readonly at: number
}

function routersOrNetwork({ built, row }: Question): string {
  return routersOn(built, row.network).join() || row.network
}

async function ask(built: BuiltLab, row: DecisionRow, at: number): Promise<Seen> {
  const namespace = namespaceOf(built, at)
  const id = built.cloud.instances.find(({ name }) => name === guestOf(at))?.id
  const before = await redirectedBy(built, row)
  const ipv4 = await fetch(namespace, 'http://169.254.169.254', id)
  const isRouter = (await redirectedBy(built, row)) > before
  const ipv6 =
    row.seesIpv6 === undefined
      ? null
      : await fetch(namespace, 'http://[fe80::a9fe:a9fe%25eth0]', id)
  const place = (answer: string, isBehind: boolean) =>
    answer === 'answers' ? `${isBehind ? 'qrouter' : 'qdhcp'} answers` : answer
  return { ipv4: place(ipv4, isRouter), ipv6: ipv6 && place(ipv6, false) }
}

function namespaceOf({ cloud }: BuiltLab, at: number): string {
  const guest = cloud.guests.find(({ name }) => name === guestOf(at))
  if (guest === undefined) throw new Error(`no guest ${guestOf(at)}`)
  return guestNamespace(cloud, guest)
}

/** `answers` where the guest is told its own instance; else the kernel's words, or what came instead. */
async function fetch(namespace: string, server: string, id?: string): Promise<string> {
  const url = `${server}/openstack/latest/meta_data.json`
  const { exitCode, stdout, stderr } = await runIn(namespace, ['curl', '-sv', '-m', '4', url])
  if (exitCode === 0) return JSON.parse(stdout).uuid === id ? 'answers' : stdout
  if (exitCode === TIMED_OUT) return 'timeout'
  return (
    /failed: (.*)$/m.exec(stderr)?.[1] ??
    /Immediate connect fail.*: (.*)$/m.exec(stderr)?.[1] ??
    stderr
  )
}

const TIMED_OUT = 28

/** Connections that the routers of the row's network have led to their proxies. */
async function redirectedBy(built: BuiltLab, { network }: DecisionRow): Promise<number> {
  const counts = routersOn(built, network).map(async name => {
    const rules = await readIn(namesIn(built).qrouter(name), 'iptables-save', '-c', '-t', 'nat')
    const rule = linesOf(rules).find(line => line.includes('169.254.169.254/32 '))
    return Number(/^\[(\d+):/.exec(rule ?? '')?.[1] ?? 0)
  })
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
}

function routersOn(built: BuiltLab, network: string): readonly string[] {
  const { id } = namesIn(built).network(network)
  const owners = built.cloud.ports
    .filter(({ network_id }) => network_id === id)
    .map(({ device_id }) => device_id)
  return built.cloud.routers.filter(router => owners.includes(router.id)).map(({ name }) => name)
}

for (const key of keys) {
  const { bears, rows }: DecisionLab = decisionLabs[key]

  test(`${key}: the DHCP ports bear ${bears.join(' and ') || 'no metadata address'}`, async t => {
    const built = labs(key)
    const [row] = rows
    const { qdhcp, dhcpDevice } = namesIn(built)
    const addresses = await addressesIn(qdhcp(row?.network ?? ''), dhcpDevice(row?.network ?? ''))
    const seen = addresses.map(address => address.replace(/ (brd|scope) .*/, ''))
    t.deepEqual(seen.filter(address => /169\.254\.169\.254|a9fe:a9fe/.test(address)).sort(), [
      ...bears,
    ])
  })

  for (const [at, row] of rows.entries())
    test(`${key}: ${row.title}: ${row.sees}`, async t => {
      const built = labs(key)
      t.is(await proxyIn(built, row), row.proxy)
      await checkRoute(t, built, row, at)
      const seen = await seenBy(row)
      t.is(seen?.ipv4, row.sees)
      if (row.seesIpv6 !== undefined) t.is(seen?.ipv6, row.seesIpv6)
    })
}

/** Which header the proxy sets that listens in the network's qdhcp; null where none does. */
async function proxyIn(built: BuiltLab, { network: name }: DecisionRow): Promise<string | null> {
  const { network, qdhcp } = namesIn(built)
  if (!existsSync(`/run/netns/${qdhcp(name)}`)) return null
  const listeners = await listenersIn(qdhcp(name))
  if (listeners.includes('tcp 0.0.0.0:80 neutron-ns-meta'))
    return headerOfOldProxy(built, network(name).id)
  if (!listeners.includes('tcp 169.254.169.254:80 haproxy')) return null
  const ids = [network(name).id, ...built.cloud.routers.map(({ id }) => id)]
  const configs = ids
    .map(id => `${built.statePath}/ns-metadata-proxy/${id}.conf`)
    .filter(path => existsSync(path))
    .map(path => readFileSync(path, 'utf8'))
    .filter(config => config.includes('bind 169.254.169.254:80'))
  const own = configs.filter(config => isOf(built, name, config))
  return /set-header X-Neutron-(Network|Router)-ID/.exec(own.join())?.[1]?.toLowerCase() ?? null
}

/** neutron-ns-metadata-proxy, which Neutron had before Pike, takes it from its command line. */
function headerOfOldProxy({ statePath }: BuiltLab, id: string): string | null {
  const pid = readFileSync(`${statePath}/external/pids/${id}.pid`, 'utf8').trim()
  const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  return /--(network|router)_id=/.exec(commandLine)?.[1] ?? null
}

/** The configuration's id is the network's, or that of a router on it. */
function isOf(built: BuiltLab, name: string, config: string): boolean {
  const { id } = namesIn(built).network(name)
  const sent = /set-header X-Neutron-\w+-ID (\S+)/.exec(config)?.[1]
  return (
    sent === id ||
    built.cloud.ports.some(({ network_id, device_id }) => network_id === id && device_id === sent)
  )
}

/** Option 121 as leased, and the guest's own route. */
async function checkRoute(t: ExecutionContext, built: BuiltLab, row: DecisionRow, at: number) {
  const path = `${built.statePath}/guests/${guestOf(at)}/eth0.lease`
  const lease = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const leased = /^staticroutes=(?:.* )?169\.254\.169\.254\/32 (\S+)/m.exec(lease)?.[1] ?? null
  t.is(leased, row.via)
  const routes = await routesIn(namespaceOf(built, at))
  const own = routes.filter(route => route.startsWith('169.254.169.254 '))
  t.deepEqual(own, row.via === null ? [] : [`169.254.169.254 via ${row.via} dev eth0`])
}
