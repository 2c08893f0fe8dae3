import { setTimeout as delay } from 'node:timers/promises'
import type { Cloud, Port } from '../../src/cloud/cloud.ts'
import type { LabRecord } from '../../src/lab/record.ts'
import { dhcpNamespace, routerNamespace } from '../../src/neutron/names.ts'
import { findNode } from '../../src/plan/find-node.ts'
import { hostNamespace } from '../../src/plan/names.ts'
import type { Dialogue } from './converse.ts'
import { type Difference, differ } from './difference.ts'
import type { RecordedHop } from './read-recordings.ts'
import { type StandIn, startAgent, startHaproxy } from './stand-ins.ts'
import type { Talker, Talkers } from './talkers.ts'

/** What a hop sends to the next, provoked again. */
export interface ReplayedHop {
  readonly hop: RecordedHop
  readonly main: readonly Difference[]
}

/** Provokes each recorded request, with a recorder in the place of the next hop. */
export async function replayHops(
  hops: readonly RecordedHop[],
  record: LabRecord,
  talkers: Talkers,
): Promise<ReplayedHop[]> {
  const replayed: ReplayedHop[] = []
  for (const hop of hops) {
    const lab = await provoke(hop, record, talkers).catch(reason => `not asked: ${reason.message}`)
    replayed.push({ hop, main: differ('request', showRequest(hop), lab) })
  }
  return replayed
}

function showRequest({ head, body }: RecordedHop): string {
  return `${head.join('\r\n')}\r\n\r\n${body}`
}

async function provoke(hop: RecordedHop, record: LabRecord, talkers: Talkers): Promise<string> {
  if (hop.hop.endsWith('-> agent')) return await provokeProxy(hop, record, talkers)
  if (hop.hop.endsWith('-> nova')) return await provokeAgent(hop, record, talkers)
  throw new Error(`nobody knows the hop ${hop.hop}`)
}

/** A guest asks a second proxy in its own proxy's namespace for what it asked when this was recorded. */
async function provokeProxy(
  hop: RecordedHop,
  record: LabRecord,
  talkers: Talkers,
): Promise<string> {
  const { cloud } = record
  const mark = hop.head.findLastIndex(line => /^x-neutron-(network|router)-id: /i.test(line))
  const [, kind, id = ''] = /-(network|router)-id: (.*)$/i.exec(hop.head[mark] ?? '') ?? []
  const client = findValue(hop.head.slice(mark), 'x-forwarded-for').replace(/^::ffff:/, '')
  const port = findPort(cloud, kind === 'router' ? networksOf(cloud, id) : [id], client)
  const guest = cloud.guests.find(({ nics }) => nics.some(nic => nic.id === port.id))
  const from = findNode(record, guest?.name ?? '')
  if (from === null) throw new Error(`${client} is no guest of lab ${cloud.lab}`)
  const listenPort = Number(/:(\d+)$/.exec(findValue(hop.head, 'host'))?.[1] ?? FREE_PORT)
  const namespace = kind === 'router' ? routerNamespace(id) : dhcpNamespace(id)
  const configPath = `${cloud.neutron.state_path}/ns-metadata-proxy/${id}.conf`
  await using proxy = await startHaproxy(
    { lab: cloud.lab, namespace },
    { configPath, port: listenPort },
  )
  const host = kind === 'router' ? gatewayOf(cloud, id, port) : '169.254.169.254'
  const request = `${hop.head.slice(0, mark).join('\r\n')}\r\n\r\n${hop.body}`
  const talker = talkers.at(from.namespace)
  return await say(talker, { host, port: listenPort }, request, proxy)
}

/** A second agent is asked as a proxy would ask it. */
async function provokeAgent(
  hop: RecordedHop,
  record: LabRecord,
  talkers: Talkers,
): Promise<string> {
  const { cloud } = record
  const [method, target] = (hop.head[0] ?? '').split(' ')
  const client = findValue(hop.head, 'x-forwarded-for')
  const uuid = findValue(hop.head, 'x-instance-id')
  const owned = cloud.ports.filter(({ device_id }) => device_id === uuid)
  const address = client.replace(/^::ffff:/, '')
  const port = findPort(
    { ports: owned },
    owned.map(({ network_id }) => network_id),
    address,
  )
  const [host = '', novaPort] = findValue(hop.head, 'host').split(/:(?=\d+$)/)
  await using agent = await startAgent(
    { lab: cloud.lab, namespace: hostNamespace(cloud.lab, cloud.hosts[0]?.name ?? '') },
    {
      configPath: `${cloud.neutron.state_path}/etc/neutron-metadata-agent.json`,
      nova: { host, port: Number(novaPort) },
    },
  )
  const headers = [
    'Host: 169.254.169.254',
    `X-Forwarded-For: ${client}`,
    `X-Neutron-Network-ID: ${port.network_id}`,
    ...(hop.body === '' ? [] : [`Content-Length: ${hop.body.length}`]),
  ]
  const request = `${method} ${target} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n${hop.body}`
  return await say(talkers.here, { path: agent.path }, request, agent)
}

/** Says it as soon as somebody listens, and gives what the recorder then got. */
async function say(
  talker: Talker,
  to: Dialogue['to'],
  request: string,
  standIn: StandIn,
): Promise<string> {
  const recorded = standIn.nextRequest()
  recorded.catch(() => undefined)
  const turns = [{ bytes: Buffer.from(request, 'latin1'), methods: ['GET'] }]
  const deadline = Date.now() + START_LIMIT_MS
  for (;;) {
    const { end } = await talker.converse({ to, turns, limitMs: START_LIMIT_MS }).heard
    if (!end.startsWith('cannot connect')) break
    if (Date.now() > deadline) throw new Error(end)
    await delay(TRY_AGAIN_MS)
  }
  return await Promise.race([recorded, failAfterSilence()])
}

/** The answer is there, so the request has been, too. */
async function failAfterSilence(): Promise<never> {
  await delay(SILENCE_MS, undefined, { ref: false })
  throw new Error('nothing was sent')
}

function findValue(head: readonly string[], name: string): string {
  const line = head.findLast(candidate => candidate.toLowerCase().startsWith(`${name}: `)) ?? ''
  return line.slice(`${name}: `.length)
}

function findPort(
  { ports }: Pick<Cloud, 'ports'>,
  networks: readonly string[],
  address: string,
): Port {
  const found = ports.find(
    ({ network_id, fixed_ips }) =>
      networks.includes(network_id) && fixed_ips.some(({ ip_address }) => ip_address === address),
  )
  if (found === undefined) throw new Error(`no port has ${address} there`)
  return found
}

function networksOf({ ports }: Cloud, routerId: string): string[] {
  return ports.filter(({ device_id }) => device_id === routerId).map(port => port.network_id)
}

/** The router's own address on the guest's network, in the guest's kind of address. */
function gatewayOf({ ports }: Cloud, routerId: string, guest: Port): string {
  const subnets = guest.fixed_ips.map(({ subnet_id }) => subnet_id)
  const addresses = ports
    .filter(({ device_id }) => device_id === routerId)
    .flatMap(({ fixed_ips }) => fixed_ips)
  const gateway = addresses.find(({ subnet_id }) => subnets.includes(subnet_id))
  if (gateway === undefined) throw new Error(`router ${routerId} is not on the guest’s network`)
  return gateway.ip_address
}

const FREE_PORT = 8080
const START_LIMIT_MS = 10_000
const TRY_AGAIN_MS = 20
const SILENCE_MS = 2_000
