import type { ProxyFacts } from './proxy-table.ts'
import type { DecisionTable } from './table.ts'

/** The header that a proxy sets: X-Neutron-Network-ID or X-Neutron-Router-ID. */
export interface Sender {
  readonly header: 'network' | 'router'
  readonly id: string
}

const enableProxy = '`DhcpAgent.enable_isolated_metadata_proxy`, neutron/agent/dhcp/agent.py'
const asRouter = 'the id of the router of the network’s first router port (`X-Neutron-Router-ID`)'

/** As whom the proxy of decision (a) asks. */
export const senderTable: DecisionTable<ProxyFacts, Sender> = {
  title: '(a) … and which id does it send?',
  about:
    'The agent finds a guest by its address among the ports of that network, or of all networks of that router. Where a network has several router ports, the DHCP agent logs a warning and takes the first.',
  rows: [
    {
      condition:
        '`enable_metadata_network` is on, a router is attached, and a subnet lies inside 169.254.0.0/16',
      of: ({ routerIdNeedsMetadataSubnet }) => routerIdNeedsMetadataSubnet,
      when: ({ options, routerPorts, hasMetadataSubnet }) =>
        options.enable_metadata_network && routerPorts.length > 0 && hasMetadataSubnet,
      outcome: byRouter,
      result: asRouter,
      why: 'the network is a metadata network of a router',
      guest:
        'Guests of all the router’s networks can be told apart; see (f) for what it displaces.',
      source: enableProxy,
    },
    {
      condition: '`enable_metadata_network` is on and a router is attached',
      of: ({ routerIdNeedsMetadataSubnet }) => !routerIdNeedsMetadataSubnet,
      when: ({ options, routerPorts }) => options.enable_metadata_network && routerPorts.length > 0,
      outcome: byRouter,
      result: asRouter,
      why: 'enable_metadata_network is on and the network has a router',
      guest: 'The same for guests, on any network with a router; see (f) for what it displaces.',
      source: enableProxy,
    },
    {
      condition: 'nothing of that holds',
      outcome: byNetwork,
      result: 'the network’s id (`X-Neutron-Network-ID`)',
      why: 'the network is no metadata network of a router',
      guest: 'Guests of this network alone are found.',
      source: enableProxy,
    },
  ],
}

function byRouter(facts: ProxyFacts): Sender {
  const [first] = facts.routerPorts
  return first === undefined ? byNetwork(facts) : { header: 'router', id: first.device_id }
}

function byNetwork({ network }: ProxyFacts): Sender {
  return { header: 'network', id: network.id }
}
