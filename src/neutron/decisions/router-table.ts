import type { Cloud } from '../../cloud/cloud.ts'
import type { DecisionTable, ReleaseFacts } from './table.ts'

export interface RouterFacts extends ReleaseFacts {
  readonly options: Cloud['neutron']['l3_agent']
  /** The machine has IPv6. */
  readonly ipv6: boolean
}

/** The address that the proxy in qrouter binds; null where there is none. */
export type RouterBind = '0.0.0.0' | '::' | null

const added = '`after_router_added`, neutron/agent/metadata/driver.py'

/** Decision (d). */
export const routerTable: DecisionTable<RouterFacts, RouterBind> = {
  title: '(d) What does the router namespace do with requests to 169.254.169.254?',
  about:
    'neutron-l3-agent decides it by configuration, once for each router. No device bears the address: netfilter catches it on internal interfaces (`qr-+`). A highly available router’s proxy runs where the router is primary.',
  rows: [
    {
      condition: '`enable_metadata_proxy` is off',
      when: ({ options }) => !options.enable_metadata_proxy,
      outcome: () => null,
      result: 'no proxy, neither REDIRECT nor INPUT rules; the packet’s mark is set all the same',
      why: "the L3 agent's enable_metadata_proxy is off",
      guest:
        'The request is routed like any other, out by the external gateway, where nobody answers.',
      source: '`L3NATAgent.__init__`, neutron/agent/l3/agent.py',
    },
    {
      condition: '`enable_metadata_proxy` is on',
      of: ({ ipv6Metadata }) => !ipv6Metadata,
      outcome: () => '0.0.0.0',
      result: 'port 80 is redirected to `metadata_port` (9697), where a proxy listens on 0.0.0.0',
      why: 'the router answers',
      guest: 'qrouter answers on IPv4.',
      source: added,
    },
    {
      condition: '`enable_metadata_proxy` is on and the host has no IPv6',
      when: ({ ipv6 }) => !ipv6,
      outcome: () => '0.0.0.0',
      result: 'the same',
      why: 'the router answers',
      guest: 'qrouter answers on IPv4.',
      source: added,
    },
    {
      condition: '`enable_metadata_proxy` is on',
      outcome: () => '::',
      result:
        'the same for IPv4 and, with ip6tables, for fe80::a9fe:a9fe; the proxy listens on [::]',
      why: 'the router answers',
      guest:
        'qrouter answers on IPv4. To guests of an IPv6 subnet radvd advertises the way to fe80::a9fe:a9fe, and qrouter answers there.',
      source: added,
    },
  ],
}
