import type { DecisionTable, ReleaseFacts } from './table.ts'

/** Which of two proxies of one router's id stand on a host. */
export type SharedId = 'both' | 'dhcp-agent'

/** Decision (f). */
export const sharedIdTable: DecisionTable<ReleaseFacts, SharedId> = {
  title: '(f) What becomes of the router’s own proxy where qdhcp’s goes by the router’s id?',
  about:
    'With `enable_metadata_network` both agents may start a proxy of one router’s id. Its configuration and pid file are named after the id. Agents of different hosts share no files, and both proxies run.',
  rows: [
    {
      condition: 'both agents are on one host',
      of: ({ proxyFilesBySentId }) => !proxyFilesBySentId,
      outcome: () => 'both',
      result: 'both run: the DHCP agent names the files after the network',
      why: 'the files have different names',
      guest: 'Either way works.',
      source: '`DhcpAgent.enable_isolated_metadata_proxy`, neutron/agent/dhcp_agent.py',
    },
    {
      condition: 'both agents are on one host',
      of: ({ replacesProxyOnChange }) => !replacesProxyOnChange,
      outcome: () => 'dhcp-agent',
      result:
        'the agent that comes second finds a process of that id and starts none; in a lab that is the L3 agent',
      why: 'the DHCP agent’s proxy has the router’s pid file',
      guest:
        'Requests by way of the router are refused: they are redirected to a port where nobody listens.',
      source: '`ProcessManager.enable`, neutron/agent/linux/external_process.py',
    },
    {
      condition: 'both agents are on one host',
      outcome: () => 'dhcp-agent',
      result:
        'the agent that comes second stops the other’s and starts its own; in a lab that is the DHCP agent',
      why: 'the DHCP agent has put its proxy in the place of the router’s',
      guest:
        'The same. The DHCP agent looks again with every event of the network; between a start of the L3 agent and the next event it is the other way round.',
      source:
        '`MetadataDriverBase.spawn_monitored_metadata_proxy`, neutron/agent/metadata/driver_base.py',
    },
  ],
}
