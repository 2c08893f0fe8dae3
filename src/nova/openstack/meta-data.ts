import type { ReleaseName } from '../../topology/release-names.ts'
import { dumpPythonJson } from '../../wsgi/python-json.ts'
import type { InstanceView } from '../instance-view.ts'
import { renderDevices } from './devices.ts'
import { type OpenstackVersion, versionHas } from './versions.ts'

/**
 * meta_data.json of a dated version, in two parts around the random seed, which is new in every answer; a version
 * without a seed is one part. Keys stand in nova's order.
 */
export function renderMetaData(
  instance: InstanceView,
  hostname: string,
  version: OpenstackVersion,
  release: ReleaseName,
): MetaDataParts {
  const text = dumpPythonJson(listMetaData(instance, hostname, version, release))
  const start = versionHas(version, 'random_seed') ? text.lastIndexOf(seedMark) : -1
  if (start < 0) return { before: Buffer.from(text), after: undefined }
  return {
    before: Buffer.from(`${text.slice(0, start)}"random_seed": "`),
    after: Buffer.from(`"${text.slice(start + seedMark.length)}`),
  }
}

/** Around the seed; without one nothing comes after. */
export interface MetaDataParts {
  readonly before: Buffer
  readonly after: Buffer | undefined
}

/** Puts a seed (512 bytes in nova) into what renderMetaData gave. */
export function insertSeed({ before, after }: MetaDataParts, seed: Uint8Array): Uint8Array {
  if (after === undefined) return before
  return Buffer.concat([before, Buffer.from(Buffer.from(seed).toString('base64')), after])
}

function listMetaData(
  instance: InstanceView,
  hostname: string,
  version: OpenstackVersion,
  release: ReleaseName,
): object {
  const { keypair, metadata } = instance
  return {
    uuid: instance.uuid,
    meta: Object.keys(metadata).length > 0 ? metadata : undefined,
    public_keys: keypair ? { [keypair.name]: keypair.public_key } : undefined,
    keys: keypair
      ? [{ name: keypair.name, type: keypair.type, data: keypair.public_key }]
      : undefined,
    hostname,
    name: instance.display_name,
    launch_index: instance.launch_index,
    availability_zone: instance.availability_zone,
    random_seed: versionHas(version, 'random_seed') ? '' : undefined,
    project_id: versionHas(version, 'project_id') ? instance.project_id : undefined,
    devices: versionHas(version, 'devices')
      ? renderDevices(instance.devices, version, release)
      : undefined,
    dedicated_cpus: versionHas(version, 'dedicated_cpus') ? instance.dedicated_cpus : undefined,
  }
}

/** Metadata may have such a key too; nova's own stands last. */
const seedMark = '"random_seed": ""'
