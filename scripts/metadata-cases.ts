import type { ReleaseName } from '../src/topology/release-names.ts'

/** One network of 10.0.0.0/24 in the ways that decide about metadata; DHCP is on .2, an instance `vm` on it. */
export interface MetadataCase {
  readonly title: string
  readonly dhcp_agent: {
    readonly enable_isolated_metadata?: true
    readonly force_metadata?: true
  }
  /** `.1` when left out; null for none. */
  readonly gateway_ip?: null
  /** The address of a router's port. */
  readonly router?: string
}

const isolatedMetadata = { enable_isolated_metadata: true } as const

/** The cases that operators ask about, from the simplest on. */
export const metadataCases: readonly MetadataCase[] = [
  { title: 'isolated, `enable_isolated_metadata`', dhcp_agent: isolatedMetadata },
  {
    title: 'isolated, `enable_isolated_metadata`, no gateway',
    dhcp_agent: isolatedMetadata,
    gateway_ip: null,
  },
  {
    title: 'router on the gateway, `enable_isolated_metadata`',
    dhcp_agent: isolatedMetadata,
    router: '10.0.0.1',
  },
  { title: 'router on the gateway, both options off', dhcp_agent: {}, router: '10.0.0.1' },
  {
    title: 'router on the gateway, `force_metadata`',
    dhcp_agent: { force_metadata: true },
    router: '10.0.0.1',
  },
  {
    title: 'router on .254 alone, `enable_isolated_metadata`',
    dhcp_agent: isolatedMetadata,
    router: '10.0.0.254',
  },
  { title: 'isolated, both options off', dhcp_agent: {} },
  { title: 'isolated, both options off, no gateway', dhcp_agent: {}, gateway_ip: null },
]

/** The case as a topology of a release; JSON is YAML. */
export function topologyOf(
  { dhcp_agent, gateway_ip, router }: MetadataCase,
  release: ReleaseName,
): string {
  const gateway = gateway_ip === undefined ? {} : { gateway_ip }
  return JSON.stringify({
    neutron: { release, dhcp_agent },
    networks: {
      private: {
        subnets: [{ cidr: '10.0.0.0/24', ...gateway }],
        dhcp_port: { fixed_ip: '10.0.0.2' },
      },
    },
    routers:
      router === undefined
        ? {}
        : { edge: { interfaces: [{ network: 'private', fixed_ip: router }] } },
    instances: { vm: { networks: ['private'] } },
  })
}
