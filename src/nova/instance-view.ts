import type { Device } from '../cloud/instance.ts'

/** An instance as nova-api-metadata reads it from Nova's database; Nova's own attribute names. */
export interface InstanceView {
  readonly uuid: string
  readonly project_id: string
  readonly display_name: string
  readonly hostname: string
  readonly launch_index: number
  readonly availability_zone: string | null
  readonly keypair: KeypairView | null
  readonly metadata: Readonly<Record<string, string>>
  readonly user_data_base64: string | null
  /** Its image's id; empty for an instance booted from a volume. */
  readonly image_ref: string
  readonly flavor: string
  readonly reservation_id: string
  readonly security_groups: readonly string[]
  /** Texts such as `i-00000001`. */
  readonly ec2_ids: {
    readonly instance_id: string
    readonly ami_id: string | null
    readonly kernel_id: string | null
    readonly ramdisk_id: string | null
  }
  readonly block_device_mapping: Readonly<Record<string, string>>
  readonly devices: readonly Device[]
  /** Sorted. */
  readonly dedicated_cpus: readonly number[]
  readonly network_info: readonly Vif[]
  /** What is in system_metadata before anyone has posted one. */
  readonly password: string | null
}

export interface KeypairView {
  readonly name: string
  readonly type: string
  readonly public_key: string
}

/** One entry of the instance's network info cache. */
export interface Vif {
  readonly id: string
  readonly address: string
  readonly devname: string | null
  readonly type: string
  readonly network: {
    readonly id: string
    readonly mtu: number | null
    readonly subnets: readonly VifSubnet[]
  }
}

export interface VifSubnet {
  readonly version: 4 | 6
  readonly cidr: string
  readonly gateway: string | null
  readonly dns: readonly string[]
  readonly routes: readonly { readonly cidr: string; readonly gateway: string }[]
  readonly ips: readonly { readonly address: string; readonly floating_ips: readonly string[] }[]
  /** Address of a DHCP port in the subnet. */
  readonly dhcp_server: string | null
  readonly enable_dhcp: boolean
  readonly ipv6_address_mode: string | null
}
