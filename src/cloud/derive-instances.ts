import { createHash } from 'node:crypto'
import type { Topology } from '../topology/schema.ts'
import type { Cloud } from './cloud.ts'
import { deriveId } from './derive-id.ts'
import type { Instance, Keypair } from './instance.ts'
import { sanitizeHostname } from './sanitize-hostname.ts'

/** Who owns what names no owner. */
export interface Identity {
  readonly project_id: string
  readonly user_id: string
}

/**
 * The topology's instances, but for their ports and what is told of their devices. Those that stand keep their EC2 ids, which
 * Nova counts up as instances and images are made.
 */
export function deriveInstances(
  lab: string,
  owner: Identity,
  topology: Topology,
  standing: Cloud | null,
): Omit<Instance, 'port_ids' | 'devices'>[] {
  const all = Object.values(topology.instances).map(instance => settleImages(lab, instance))
  const imageNumbers = numberOn(
    standing?.instances.flatMap(numbersOfImages) ?? [],
    idsOfImages(all),
  )
  const numberOf = (id: string | null) => (id === null ? null : (imageNumbers.get(id) ?? null))
  const ids = Object.entries(topology.instances).map(
    ([name, { id }]) => id ?? deriveInstanceId(lab, name, topology),
  )
  const numbers = numberOn(standing?.instances.map(({ id, ec2_id }) => [id, ec2_id]) ?? [], ids)
  return Object.entries(topology.instances).map(([name, instance], index) => {
    const id = ids[index] ?? ''
    const display_name = instance.display_name ?? name
    const images = settleImages(lab, instance)
    return {
      id,
      name,
      display_name,
      hostname: instance.hostname ?? sanitizeHostname(display_name, `Server-${id}`),
      project_id: instance.project_id ?? owner.project_id,
      user_id: instance.user_id ?? owner.user_id,
      keypair: findKeypair(topology, instance.key_name),
      metadata: instance.metadata,
      user_data_base64: instance.user_data ?? null,
      availability_zone: instance.availability_zone,
      flavor: instance.flavor,
      ...images,
      launch_index: instance.launch_index,
      reservation_id: instance.reservation_id ?? deriveReservationId(`${lab}/${name}`),
      security_groups: instance.security_groups,
      root_device_name: instance.root_device_name,
      block_device_mapping: instance.block_device_mapping,
      dedicated_cpus: instance.dedicated_cpus,
      password: instance.password ?? null,
      ec2_id: numbers.get(id) ?? 0,
      ec2_image_id: numberOf(images.image_id),
      ec2_kernel_id: numberOf(images.kernel_id),
      ec2_ramdisk_id: numberOf(images.ramdisk_id),
    }
  })
}

/** A device that a guest's port names is none that Nova has: an id that is derived gives way to it. */
function deriveInstanceId(lab: string, name: string, { guests }: Topology): string {
  const absent = new Set(
    Object.values(guests).flatMap(({ networks }) => networks.map(({ device_id }) => device_id)),
  )
  const id = deriveId(lab, `instance/${name}`)
  return absent.has(id) ? deriveId(lab, `instance/${name}#1`) : id
}

type Images = Pick<Instance, 'image_id' | 'kernel_id' | 'ramdisk_id'>

function settleImages(
  lab: string,
  { image_id, kernel_id, ramdisk_id }: Topology['instances'][string],
): Images {
  return {
    image_id: image_id === undefined ? deriveId(lab, 'image') : image_id,
    kernel_id: kernel_id ?? null,
    ramdisk_id: ramdisk_id ?? null,
  }
}

/**
 * In order of first use, images, kernels and ramdisks in one sequence, which is how nova numbers them:
 * `_get_ec2_ids` of nova/objects/ec2.py.
 */
function idsOfImages(all: readonly Images[]): string[] {
  return all.flatMap(({ image_id, kernel_id, ramdisk_id }) =>
    [image_id, kernel_id, ramdisk_id].filter(id => id !== null),
  )
}

function numbersOfImages(instance: Instance): Numbered[] {
  const pairs = [
    [instance.image_id, instance.ec2_image_id],
    [instance.kernel_id, instance.ec2_kernel_id],
    [instance.ramdisk_id, instance.ec2_ramdisk_id],
  ] as const
  return pairs.flatMap(([id, number]) => (id === null || number === null ? [] : [[id, number]]))
}

type Numbered = readonly [id: string, number: number]

/** What has a number keeps it, and what comes counts on from the greatest, as a database does. */
function numberOn(
  before: readonly Numbered[],
  ids: readonly string[],
): ReadonlyMap<string, number> {
  const numbers = new Map(before)
  let last = Math.max(0, ...numbers.values())
  for (const id of ids) {
    if (numbers.has(id)) continue
    last += 1
    numbers.set(id, last)
  }
  return numbers
}

function findKeypair(topology: Topology, name: string | undefined): Keypair | null {
  const keypair = name === undefined ? undefined : topology.keypairs[name]
  return name === undefined || keypair === undefined ? null : { name, ...keypair }
}

/** `r-` and eight characters of a-z and 0-9, as nova's `generate_uid`. */
function deriveReservationId(name: string): string {
  const hash = createHash('sha1').update(`reservation/${name}`).digest()
  return `r-${Array.from(hash.subarray(0, 8), byte => (byte % 36).toString(36)).join('')}`
}
