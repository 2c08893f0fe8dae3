import test from 'ava'
import { dhcpAgentView } from '../../src/cloud/agent-view.ts'
import type { Cloud } from '../../src/cloud/cloud.ts'
import { standingProxies } from '../../src/neutron/standing-proxies.ts'
import { cloudOf } from '../fixtures/planned.ts'

interface Wish {
  readonly release: string
  readonly isRouted?: boolean
  readonly mtu?: number
  readonly subnet?: object
  readonly isWanted?: boolean
}

function viewOf({
  release,
  isRouted = false,
  mtu = 1450,
  subnet = {},
  isWanted = true,
}: Wish): Cloud {
  const cloud = cloudOf(
    JSON.stringify({
      neutron: { release, dhcp_agent: { enable_isolated_metadata: isWanted } },
      networks: { a: { mtu, subnets: [{ cidr: '10.0.0.0/24', ...subnet }] } },
      routers: { r: { interfaces: isRouted ? ['a'] : [] } },
    }),
  )
  const [host] = cloud.hosts
  if (host === undefined) throw new Error('no host')
  return dhcpAgentView(cloud, host)
}

type Event = 'port' | 'subnet' | 'network' | 'start'

/** What runs after the router came (or went), and the event by which the agent hears of more than a port. */
function runs(release: string, isRouted: boolean, ran: boolean, event: Event): boolean {
  const before = viewOf({ release, isRouted: !isRouted })
  const after = viewOf({
    release,
    isRouted,
    ...(event === 'network' ? { mtu: 1400 } : {}),
    ...(event === 'subnet' ? { subnet: { dns_nameservers: ['192.0.2.1'] } } : {}),
  })
  const id = after.networks[0]?.id ?? ''
  const stay = standingProxies({
    before,
    after,
    stood: ran === isRouted ? {} : { [id]: ran },
    configures: event === 'start',
  })
  return stay[id] ?? !isRouted
}

const events: readonly Event[] = ['port', 'subnet', 'network', 'start']

// of a network that a router joins, whose proxy ran; and of one that it leaves, whose proxy did not
for (const [release, joined, left] of [
  ['juno', ['runs', 'runs', 'runs', 'runs'], ['none', 'none', 'runs', 'runs']],
  ['liberty', ['runs', 'runs', 'runs', 'runs'], ['none', 'none', 'runs', 'runs']],
  ['mitaka', ['runs', 'none', 'none', 'none'], ['none', 'runs', 'runs', 'runs']],
  ['ocata', ['runs', 'none', 'none', 'none'], ['none', 'runs', 'runs', 'runs']],
  ['pike', ['none', 'none', 'none', 'none'], ['runs', 'runs', 'runs', 'runs']],
  ['2026.1', ['none', 'none', 'none', 'none'], ['runs', 'runs', 'runs', 'runs']],
] as const)
  test(`${release}: what becomes of a proxy in qdhcp with a port, a subnet, the network, a start`, t => {
    const word = (is: boolean) => (is ? 'runs' : 'none')
    t.deepEqual(
      events.map(event => word(runs(release, true, true, event))),
      joined,
    )
    t.deepEqual(
      events.map(event => word(runs(release, false, false, event))),
      left,
    )
  })

test('without DHCP, with both options off, and on a network that is new, agents decide as ever', t => {
  const release = 'liberty'
  const routed = viewOf({ release, isRouted: true })
  const isolated = viewOf({ release })
  const none: Cloud = { ...isolated, networks: [] }
  const stood = { [isolated.networks[0]?.id ?? '']: true }
  for (const [before, after] of [
    [none, routed],
    [isolated, viewOf({ release, isRouted: true, subnet: { enable_dhcp: false } })],
    [isolated, viewOf({ release, isRouted: true, isWanted: false })],
  ] as const)
    t.deepEqual(standingProxies({ before, after, stood, configures: false }), {})
})

test('what an agent that hears nothing has left stays so', t => {
  const view = viewOf({ release: 'liberty', isRouted: true })
  const stood = { [view.networks[0]?.id ?? '']: true }
  t.deepEqual(standingProxies({ before: view, after: view, stood, configures: false }), stood)
})
