import type { InstanceView } from '../instance-view.ts'
import { type Ec2Version, ec2Since, ec2Versions } from './versions.ts'

/** A value of the EC2 tree; a null shows as Python's `None`. */
export type Ec2Node = string | number | null | Uint8Array | readonly string[] | Ec2Directory

export interface Ec2Directory {
  readonly [name: string]: Ec2Node
}

export interface Ec2Names {
  /** With the domain. */
  readonly hostname: string
  /** Shown as local-ipv4 where the instance has no fixed IPv4 address. */
  readonly address: string | null
  readonly userData: Uint8Array | null
}

/** What nova's EC2 tree holds below a version: `meta-data` and, where there is any, `user-data`. */
export function buildEc2Tree(
  instance: InstanceView,
  { userData, ...names }: Ec2Names,
  version: Ec2Version,
): Ec2Directory {
  const metaData = listMetaData(instance, names).filter(([name]) => isIn(version, name))
  const tree: Record<string, Ec2Node> = { 'meta-data': Object.fromEntries(metaData) }
  if (userData !== null) tree['user-data'] = userData
  return tree
}

function listMetaData(
  instance: InstanceView,
  { hostname, address }: Omit<Ec2Names, 'userData'>,
): [string, Ec2Node][] {
  const ids = instance.ec2_ids
  return [
    ['ami-id', ids.ami_id],
    ['ami-launch-index', instance.launch_index],
    ['ami-manifest-path', 'FIXME'],
    ['instance-id', ids.instance_id],
    ['hostname', hostname],
    ['local-ipv4', findFixedIp(instance) ?? address],
    ['reservation-id', instance.reservation_id],
    ['security-groups', instance.security_groups],
    ...listPublicKeys(instance),
    ['local-hostname', hostname],
    ['public-hostname', hostname],
    ['public-ipv4', findFloatingIp(instance) ?? ''],
    ['instance-type', instance.flavor],
    ['block-device-mapping', instance.block_device_mapping],
    ...listOptional('kernel-id', ids.kernel_id),
    ...listOptional('ramdisk-id', ids.ramdisk_id),
    ['placement', { 'availability-zone': instance.availability_zone }],
    ['instance-action', 'none'],
  ]
}

/** `_name` is what the listing above shows for the directory; it answers, but is not listed itself. */
function listPublicKeys({ keypair }: InstanceView): [string, Ec2Node][] {
  if (keypair === null) return []
  const key = { _name: `0=${keypair.name}`, 'openssh-key': keypair.public_key }
  return [['public-keys', { 0: key }]]
}

function listOptional(name: string, value: string | null): [string, Ec2Node][] {
  return value === null ? [] : [[name, value]]
}

function findFixedIp(instance: InstanceView): string | undefined {
  return listIps(instance).find(ip => !ip.address.includes(':'))?.address
}

function findFloatingIp(instance: InstanceView): string | undefined {
  return listIps(instance).flatMap(ip => ip.floating_ips)[0]
}

function listIps(instance: InstanceView) {
  return instance.network_info.flatMap(vif => vif.network.subnets.flatMap(subnet => subnet.ips))
}

function isIn(version: Ec2Version, name: string): boolean {
  const since = Object.entries(ec2Since).find(([key]) => key === name)?.[1]
  return since === undefined || ec2Versions.indexOf(version) >= ec2Versions.indexOf(since)
}
