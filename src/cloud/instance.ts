/** A server as Nova's databases hold it, in Nova's own attribute names; its ports are Neutron's. */
export interface Instance {
  /** The instance's uuid. */
  readonly id: string
  /** The topology's name for it. */
  readonly name: string
  readonly display_name: string
  readonly hostname: string
  readonly project_id: string
  readonly user_id: string
  readonly keypair: Keypair | null
  readonly metadata: Readonly<Record<string, string>>
  /** Null without user data; an empty string is user data of no bytes. */
  readonly user_data_base64: string | null
  readonly availability_zone: string | null
  readonly flavor: string
  readonly image_id: string | null
  readonly kernel_id: string | null
  readonly ramdisk_id: string | null
  readonly launch_index: number
  readonly reservation_id: string
  readonly security_groups: readonly string[]
  readonly root_device_name: string | null
  readonly block_device_mapping: readonly BlockDevice[]
  readonly devices: readonly Device[]
  /** In the order of the topology. */
  readonly dedicated_cpus: readonly number[]
  /** Posted by the guest before the lab was up. */
  readonly password: string | null
  /** Number behind `i-%08x` in the EC2 tree; unique in the cloud, from 1. */
  readonly ec2_id: number
  /** Number behind `ami-%08x`; null where there is no image. */
  readonly ec2_image_id: number | null
  /** Behind `aki-%08x` and `ari-%08x`; of one sequence with the images'. */
  readonly ec2_kernel_id: number | null
  readonly ec2_ramdisk_id: number | null
  /** The instance's ports, in the order of its NICs: eth0, eth1, … */
  readonly port_ids: readonly string[]
}

/** A disk of an instance, in the words of Nova's block_device_mapping table. */
export interface BlockDevice {
  readonly source_type: 'blank' | 'image' | 'snapshot' | 'volume'
  readonly destination_type: 'local' | 'volume'
  readonly guest_format?: string
  readonly device_name: string
}

/** What Nova's instance_extra table keeps of a device, under the words of meta_data.json. */
export type Device = {
  /** `none` without one. */
  readonly bus: string
  /** On the bus; `none` without one. */
  readonly address: string
  readonly tags?: readonly string[]
} & (
  | {
      readonly kind: 'nic'
      readonly mac: string
      readonly vlan?: number
      readonly vf_trusted?: boolean
    }
  | { readonly kind: 'disk'; readonly serial?: string; readonly path?: string }
  | { readonly kind: 'share'; readonly share_id: string; readonly tag: string }
)

export interface Keypair {
  readonly name: string
  readonly type: 'ssh' | 'x509'
  readonly public_key: string
}
