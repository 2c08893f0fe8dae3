import { readFileSync } from 'node:fs'

/** What nova and neutron read back of the recorded cloud: `recorded/instances.json`. */
export interface RecordedCloud {
  readonly absent_instances: Readonly<Record<string, string>>
  readonly all_ports: readonly RecordedPort[]
  readonly guests: readonly {
    readonly name: string
    readonly nics: readonly {
      readonly port?: string
      readonly ips?: readonly string[]
      readonly mac?: string
      readonly net?: string
    }[]
  }[]
  readonly instances: readonly RecordedInstance[]
  readonly networks: readonly RecordedNetwork[]
  readonly projects: Readonly<Record<string, string>>
  readonly router: {
    readonly id: string
    readonly name: string
    readonly project: string
    readonly external: string
    readonly networks: readonly string[]
  }
  readonly vendor_data: Readonly<Record<string, unknown>>
}

interface RecordedPort {
  readonly id: string
  readonly instance: string | null
  readonly ips: readonly string[]
  readonly mac: string
  readonly net: string
  readonly project?: string
  readonly floating?: { readonly ip: string }
}

export interface RecordedNetwork {
  readonly id: string
  readonly key: string
  readonly kind: string
  readonly name: string
  readonly project: string
  readonly dhcp_port?: { readonly id: string; readonly ip: string; readonly mac_address: string }
  readonly subnets: readonly {
    readonly ipv6_mode?: string
    readonly enable_dhcp?: boolean
    readonly [attribute: string]: unknown
  }[]
}

/** Nova's own attributes, many of which are compared as they are. */
export interface RecordedInstance {
  readonly name: string
  readonly uuid: string
  readonly devices: readonly { readonly bus: string }[]
  readonly network_info_cache: readonly RecordedVif[]
  readonly ports: readonly {
    readonly id: string
    readonly network_id: string
    readonly mac_address: string
    readonly project_id: string
    readonly fixed_ips: readonly string[]
    readonly floating: { readonly ip: string } | null
  }[]
  readonly [attribute: string]: unknown
}

export interface RecordedVif {
  readonly id: string
  readonly address: string
  readonly devname: string
  readonly type: string
  readonly network: {
    readonly id: string
    readonly label: string
    readonly meta: { readonly mtu: number; readonly tenant_id: string }
    readonly subnets: readonly {
      readonly version: 4 | 6
      readonly cidr: string
      readonly gateway: Address
      readonly dns: readonly Address[]
      readonly routes: readonly { readonly cidr: string; readonly gateway: Address }[]
      readonly ips: readonly (Address & { readonly floating_ips: readonly Address[] })[]
      readonly meta: { readonly dhcp_server?: string; readonly ipv6_address_mode?: string }
    }[]
  }
}

interface Address {
  readonly address: string | null
}

export const recordedCloud: RecordedCloud = JSON.parse(
  readFileSync(new URL('recorded/instances.json', import.meta.url), 'utf8'),
)

/** The recorded network of a short name: a, b, c, d or ext. */
export function networkOf(key: string): RecordedNetwork {
  const network = recordedCloud.networks.find(candidate => candidate.key === key)
  if (network === undefined) throw new Error(`no network ${key}`)
  return network
}

/** The id of the recorded project `one` or `two`. */
export function projectOf(key: string): string {
  return recordedCloud.projects[key] ?? ''
}
