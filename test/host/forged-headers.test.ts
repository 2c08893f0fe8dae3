import type { ExecutionContext } from 'ava'
import { linesOf, namesOf, request } from './support/forgery/attack.ts'
import {
  forgeHeaders,
  type Header,
  strongSets,
  subsetsOf,
} from './support/forgery/forged-headers.ts'
import { smuggle } from './support/forgery/framings.ts'
import { askMeanwhile, sendFrom } from './support/forgery/guests.ts'
import type { SenderSeen, SenderWish } from './support/forgery/raw-sender.ts'
import { splitResponses } from './support/forgery/responses.ts'
import { spellHeaders } from './support/forgery/spellings.ts'
import { aimElsewhere } from './support/forgery/targets.ts'
import { hostTest as test } from './support/lab.ts'
import { fetchIn, uuidSeenBy } from './support/namespace.ts'
import { type BuiltLab, namesIn, standingLabs } from './support/standing-labs.ts'

/** In each mode a guest that attacks, its neighbour, and its twin: the same address and MAC on another network. */
const topology = (release: string, proxy = 'haproxy') => `
name: forged-headers
neutron:
  release: ${release}
  metadata_proxy: ${proxy}
  dhcp_agent: {enable_isolated_metadata: true}
  metadata_agent: {metadata_proxy_shared_secret: learnt-somehow}
networks:
  isolated:
    subnets:
      - cidr: 192.168.30.0/24
      - {cidr: "fd00:30::/64", ipv6_ra_mode: slaac, ipv6_address_mode: slaac}
  other-isolated: {subnets: [{cidr: 192.168.30.0/24}]}
  routed: {subnets: [{cidr: 192.168.40.0/24}]}
  other-routed: {subnets: [{cidr: 192.168.40.0/24}]}
routers:
  edge: {interfaces: [routed]}
  other-edge: {interfaces: [other-routed]}
instances:
  isolated-mallory: {networks: [{name: isolated, fixed_ip: 192.168.30.21}], user_data: mallory-s}
  isolated-neighbour: {networks: [{name: isolated, fixed_ip: 192.168.30.22}], user_data: only-the-neighbour-s}
  isolated-twin: {networks: [{name: other-isolated, fixed_ip: 192.168.30.21}], user_data: only-the-twin-s}
  routed-mallory: {networks: [{name: routed, fixed_ip: 192.168.40.21}], user_data: mallory-s}
  routed-neighbour: {networks: [{name: routed, fixed_ip: 192.168.40.22}], user_data: only-the-neighbour-s}
  routed-twin: {networks: [{name: other-routed, fixed_ip: 192.168.40.21}], user_data: only-the-twin-s}
`

const labs = standingLabs({
  zed: { topology: topology('zed') },
  newest: { topology: topology('2026.1') },
  old: { topology: topology('zed', 'ns-metadata-proxy') },
})

const modes = ['isolated', 'routed'] as const
const victims = ['neighbour', 'twin'] as const
type Mode = (typeof modes)[number]

interface Scene {
  readonly built: BuiltLab
  readonly mode: Mode
  readonly namespace: string
  /** All six, for each victim. */
  readonly forged: readonly (readonly Header[])[]
}

function each(title: string, body: (t: ExecutionContext, scene: Scene) => Promise<void>): void {
  for (const key of ['zed', 'newest', 'old'] as const)
    for (const mode of modes)
      test(`${key}, ${mode}: ${title}`, t => body(t, setScene(labs(key), mode)))
}

function setScene(built: BuiltLab, mode: Mode): Scene {
  const { guest, instance, network, router } = namesIn(built)
  const forged = victims.map(victim => {
    const prefix = victim === 'twin' ? 'other-' : ''
    const pretended = instance(`${mode}-${victim}`)
    const port = built.cloud.ports.find(({ id }) => id === pretended.port_ids[0])
    return forgeHeaders(built.cloud, {
      instance: pretended,
      network: network(`${prefix}${mode}`),
      router: router(`${prefix}edge`),
      address: port?.fixed_ips[0]?.ip_address ?? '',
    })
  })
  return { built, mode, namespace: guest(`${mode}-mallory`), forged }
}

/** Sends attacks while the victims ask for their own, and checks everybody's answers. */
async function attack(
  t: ExecutionContext,
  scene: Scene,
  wish: Partial<SenderWish>,
): Promise<SenderSeen[]> {
  const { built, mode, namespace } = scene
  const { guest, instance } = namesIn(built)
  const url = 'http://169.254.169.254/openstack/latest/user_data'
  let seen: SenderSeen[] = []
  const told = await askMeanwhile(
    Object.fromEntries(victims.map(victim => [guest(`${mode}-${victim}`), url])),
    async () => {
      seen = await sendFrom(namespace, {
        host: '169.254.169.254',
        attacks: [],
        byHttp2: [],
        probe,
        ...wish,
      })
    },
  )
  for (const victim of victims)
    t.deepEqual(Object.keys(told[guest(`${mode}-${victim}`)] ?? {}), [`200 only-the-${victim}-s`])
  const own = instance(`${mode}-mallory`).id
  const foreign = victims.flatMap(victim => {
    const { id, hostname } = instance(`${mode}-${victim}`)
    return [id, hostname, `only-the-${victim}-s`]
  })
  const wrong = seen.filter(one => !isFine(one, own, foreign))
  t.deepEqual(wrong.slice(0, 5), [], `${wrong.length} of ${seen.length}`)
  return seen
}

const probe = request(['Connection: close'])

/** Nothing of another's anywhere, the sender's own in every 200, and the next connection as if nothing had been. */
function isFine(seen: SenderSeen, own: string, foreign: readonly string[]): boolean {
  const { responses, rest } = splitResponses(seen.received)
  const fresh = splitResponses(seen.fresh).responses
  // To HEAD, and to a password that the older proxy has let a guest post for itself.
  const mayBeEmpty = /HEAD|^a password/.test(seen.name)
  const isOwn = (body: string) => uuidIn(body) === own || (body === '' && mayBeEmpty)
  return (
    !foreign.some(text => seen.received.includes(text) || seen.fresh.includes(text)) &&
    responses.every(({ status, body }) => (status === 200 ? isOwn(body) : refusals.has(status))) &&
    rest === '' &&
    fresh.length === 1 &&
    fresh.every(({ status, body }) => status === 200 && uuidIn(body) === own)
  )
}

function uuidIn(body: string): string {
  try {
    return String(JSON.parse(body).uuid)
  } catch {
    return body
  }
}

const refusals = new Set([400, 403, 404, 405, 408, 409, 411, 413, 414, 422, 500, 501, 502])

each('no choice of forged headers changes whose metadata it is', async (t, scene) => {
  const sets = scene.forged.flatMap(subsetsOf)
  const attacks = sets.map(set => ({ name: namesOf(set), bytes: request(linesOf(set)) }))
  const seen = await attack(t, scene, { attacks })
  t.is(seen.length, 2 * 2 * 64)
  const refused = statusOfTwoAddresses(scene.built)
  for (const { name, received } of seen.filter(one => one.name.endsWith('then a request'))) {
    const [first] = splitResponses(received).responses
    t.is(first?.status, name.includes('X-Forwarded-For') ? refused : 200, name)
  }
})

/** A second X-Forwarded-For is no address; the others are replaced, or are not looked at. The older proxy replaces all. */
function statusOfTwoAddresses({ cloud }: BuiltLab): number {
  if (cloud.neutron.metadata_proxy === 'ns-metadata-proxy') return 200
  return cloud.neutron.release === 'zed' ? 500 : 502
}

each('the forged headers are those that the agent believes of a proxy', async (t, scene) => {
  const { built, mode, forged } = scene
  const { host, instance } = namesIn(built)
  for (const [index, [address, network, router]] of forged.entries()) {
    const way = [address, mode === 'isolated' ? network : router].flatMap(
      header => header?.join(': ') ?? [],
    )
    const socket = ['--unix-socket', built.cloud.neutron.metadata_agent.metadata_proxy_socket]
    const seen = await uuidSeenBy(host, ...socket, ...way.flatMap(line => ['-H', line]))
    t.is(seen, instance(`${mode}-${victims[index]}`).id)
  }
})

each('no spelling of forged headers does', async (t, scene) => {
  await attack(t, scene, { attacks: spelledSets(scene).flatMap(spellHeaders) })
})

/**
 * How something is read has nothing to do with whom it names: one victim in each mode. But the neighbour's network and router
 * are the sender's, and the twin's address is.
 */
function spelledSets({ mode, forged }: Scene): readonly (readonly Header[])[] {
  const [ofNeighbour = [], ofTwin = []] = forged
  const [address] = ofNeighbour
  const [, network, router] = ofTwin
  const alone = [address, network, router].flatMap(header => (header ? [[header]] : []))
  const strong = strongSets(mode === 'isolated' ? ofNeighbour : ofTwin)
  const isAlone = ([header, ...more]: readonly Header[]) =>
    more.length === 0 && /^X-(Forwarded|Neutron)/.test(header?.[0] ?? '')
  return [...alone, ...strong.filter(set => !isAlone(set))]
}

each('no request within a request does', async (t, scene) => {
  const victim = scene.mode === 'isolated' ? 0 : 1
  await attack(t, scene, { attacks: smuggle(scene.forged[victim] ?? []) })
  await passwordsAreUnset(t, scene)
})

/** A smuggled password would show itself to nobody but its victim. */
async function passwordsAreUnset(t: ExecutionContext, { built, mode }: Scene): Promise<void> {
  for (const victim of victims) {
    const namespace = namesIn(built).guest(`${mode}-${victim}`)
    const { status, body } = await fetchIn(namespace, '/openstack/latest/password')
    t.deepEqual([status, body], [200, ''])
  }
}

each('no target and no other header does', async (t, scene) => {
  await attack(t, scene, { attacks: scene.forged.flatMap(aimElsewhere) })
})

each('no forged headers do by HTTP/2', async (t, scene) => {
  const byHttp2 = scene.forged
    .flatMap(strongSets)
    .flatMap(set => [
      Object.fromEntries(set),
      Object.fromEntries(set.map(([name, value]) => [name.replaceAll('-', '_'), value])),
    ])
  await attack(t, scene, { byHttp2 })
})

test('newest, isolated: no choice of forged headers changes whose metadata it is by IPv6', async t => {
  const scene = setScene(labs('newest'), 'isolated')
  const attacks = scene.forged
    .flatMap(subsetsOf)
    .map(set => ({ name: namesOf(set), bytes: request(linesOf(set)) }))
  await attack(t, scene, { attacks, host: 'fe80::a9fe:a9fe%eth0' })
})
