import type { DecisionTable, ReleaseFacts } from './table.ts'

/** What leads a guest of an IPv4 subnet, and who is there. */
export interface AnswerFacts extends ReleaseFacts {
  /** Whose address the next hop of decision (b) is; null without a route to 169.254.169.254. */
  readonly nexthop: 'ovn-port' | 'dhcp-port' | 'gateway' | null
  /** Decision (a). */
  readonly proxyRuns: boolean
  /** Decision (c). */
  readonly bearsAddress: boolean
  readonly hasGateway: boolean
  /** DHCP gives it host routes, by which alone a client goes then (RFC 3442). */
  readonly hasHostRoutes: boolean
  /** A router's port holds the gateway. */
  readonly isRouted: boolean
  /** Decision (d). */
  readonly routerServes: boolean
  /** By decision (f) its proxy has given way to the DHCP agent's. */
  readonly routerGaveWay: boolean
}

/** Where the answer comes from; null where none does. */
export type Answerer = 'qdhcp' | 'qrouter' | 'ovnmeta' | null

const dhcpPort = '`DeviceManager.setup`, neutron/agent/linux/dhcp.py'
const linux = 'the guest’s own kernel'

/** Decision (e). */
export const answerTable: DecisionTable<AnswerFacts, Answerer> = {
  title: '(e) Who answers a guest that asks http://169.254.169.254/?',
  about: 'It follows from the route that the guest has got, and from what stands at its end.',
  rows: [
    {
      condition: 'the next hop is OVN’s metadata port',
      when: ({ nexthop }) => nexthop === 'ovn-port',
      outcome: () => 'ovnmeta',
      result: '`ovnmeta-…`',
      why: 'OVN’s metadata port answers',
      guest: '200, on the guest’s own host.',
      source: '`MetadataAgent.provision_datapath`, neutron/agent/ovn/metadata/agent.py',
    },
    {
      condition: 'the next hop is the DHCP port, which does not bear the address',
      when: ({ nexthop, bearsAddress }) => nexthop === 'dhcp-port' && !bearsAddress,
      outcome: () => null,
      result: 'nobody',
      why: 'force_metadata alone gives the DHCP port no 169.254.169.254 in this release; enable_isolated_metadata does',
      guest: 'The request times out: qdhcp does not forward.',
      source: dhcpPort,
    },
    {
      condition: 'the next hop is the DHCP port, and the proxy runs',
      when: ({ nexthop, proxyRuns }) => nexthop === 'dhcp-port' && proxyRuns,
      outcome: () => 'qdhcp',
      result: 'qdhcp',
      why: 'the proxy in qdhcp answers',
      guest: '200, with the network’s id as X-Neutron-Network-ID on the way to the agent.',
      source: dhcpPort,
    },
    {
      condition: 'the next hop is the DHCP port, and no proxy runs',
      when: ({ nexthop }) => nexthop === 'dhcp-port',
      outcome: () => null,
      result: 'nobody',
      why: 'DHCP leads to qdhcp, where no proxy runs',
      guest:
        '“Connection refused” from qdhcp: also what an old lease gives after a router has come.',
      source: dhcpPort,
    },
    {
      condition: 'DHCP gives host routes, and leaves the default route out of them',
      of: release => !release.dnsmasq.defaultRouteInOption121,
      when: ({ hasGateway, hasHostRoutes }) => hasGateway && hasHostRoutes,
      outcome: () => null,
      result: 'nobody',
      why: 'host routes come without the default route in this release, and clients that take them have none',
      guest: '“Network is unreachable” at once, from the guest’s own kernel.',
      source: '`Dnsmasq._output_opts_file`, neutron/agent/linux/dhcp.py',
    },
    {
      condition: 'a router holds the gateway, whose proxy has given way to the one in qdhcp by (f)',
      when: ({ isRouted, routerServes, routerGaveWay }) =>
        isRouted && routerServes && routerGaveWay,
      outcome: () => null,
      result: 'nobody',
      why: 'the router’s proxy has given way to the one that enable_metadata_network has in qdhcp',
      guest: '“Connection refused” from qrouter.',
      source: '`ProcessManager.enable`, neutron/agent/linux/external_process.py',
    },
    {
      condition: 'a router holds the gateway and has the proxy',
      when: ({ isRouted, routerServes }) => isRouted && routerServes,
      outcome: () => 'qrouter',
      result: 'qrouter',
      why: 'the router answers',
      guest: '200, with the router’s id as X-Neutron-Router-ID on the way to the agent.',
      source: '`metadata_nat_rules`, neutron/agent/metadata/driver.py',
    },
    {
      condition: 'a router holds the gateway and has no proxy',
      when: ({ isRouted }) => isRouted,
      outcome: () => null,
      result: 'nobody',
      why: "the L3 agent's enable_metadata_proxy is off",
      guest:
        '“Network is unreachable” from a router without an external gateway; by way of one, silence or what the provider’s network says.',
      source: '`L3NATAgent.__init__`, neutron/agent/l3/agent.py',
    },
    {
      condition: 'the subnet has a gateway that no router holds',
      when: ({ hasGateway }) => hasGateway,
      outcome: () => null,
      result: 'nobody',
      why: 'no router holds the gateway_ip',
      guest: '“No route to host” after three seconds, in which nobody answers ARP for the gateway.',
      source: linux,
    },
    {
      condition: 'the subnet has no gateway',
      outcome: () => null,
      result: 'nobody',
      why: 'the guest has no route to 169.254.169.254',
      guest: '“Network is unreachable” at once, from the guest’s own kernel.',
      source: linux,
    },
  ],
}
