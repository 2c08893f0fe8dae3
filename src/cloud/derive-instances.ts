import { createHash } from 'node:crypto'
import type { Topology } from '../topology/schema.ts'
import type { Instance, Keypair } from './cloud.ts'
import { deriveId } from './derive-id.ts'
import { sanitizeHostname } from './sanitize-hostname.ts'

/** Who owns what names no owner. */
export interface Identity {
  readonly project_id: string
  readonly user_id: string
}

/** The topology's instances, but for their ports. */
export function deriveInstances(
  lab: string,
  owner: Identity,
  topology: Topology,
): Omit<Instance, 'port_ids'>[] {
  const imageNumbers = numberImages(lab, topology)
  return Object.entries(topology.instances).map(([name, instance], index) => {
    const id = instance.id ?? deriveId(lab, `instance/${name}`)
    const image_id = settleImageId(lab, instance.image_id)
    return {
      id,
      name,
      hostname: instance.hostname ?? sanitizeHostname(name, `Server-${id}`),
      project_id: instance.project_id ?? owner.project_id,
      user_id: instance.user_id ?? owner.user_id,
      keypair: findKeypair(topology, instance.key_name),
      metadata: instance.metadata,
      user_data_base64: instance.user_data ?? null,
      availability_zone: instance.availability_zone,
      flavor: instance.flavor,
      image_id,
      launch_index: instance.launch_index,
      reservation_id: instance.reservation_id ?? deriveReservationId(`${lab}/${name}`),
      security_groups: instance.security_groups,
      root_device_name: instance.root_device_name,
      ec2_id: index + 1,
      ec2_image_id: image_id === null ? null : (imageNumbers.get(image_id) ?? null),
    }
  })
}

/** From 1 in order of first use, which is the order in which nova numbers them. */
function numberImages(lab: string, topology: Topology): ReadonlyMap<string, number> {
  const ids = Object.values(topology.instances).map(({ image_id }) => settleImageId(lab, image_id))
  const distinct = new Set(ids.filter(id => id !== null))
  return new Map(Array.from(distinct, (id, index) => [id, index + 1]))
}

function settleImageId(lab: string, imageId: string | null | undefined): string | null {
  return imageId === undefined ? deriveId(lab, 'image') : imageId
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
