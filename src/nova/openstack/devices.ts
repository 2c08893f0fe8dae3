import type { Device } from '../../cloud/instance.ts'
import type { ReleaseName } from '../../topology/release-names.ts'
import { novaHas } from '../release.ts'
import { type OpenstackVersion, versionHas } from './versions.ts'

/** The `devices` of meta_data.json, keys in nova's order; what the version cannot name is left out. */
export function renderDevices(
  devices: readonly Device[],
  version: OpenstackVersion,
  release: ReleaseName,
): object[] {
  return devices.flatMap(device => {
    const described = buses.has(device.bus) ? describe(device, version, release) : undefined
    if (described === undefined) return []
    return [{ ...described, bus: device.bus, address: device.address, tags: device.tags }]
  })
}

function describe(
  device: Device,
  version: OpenstackVersion,
  release: ReleaseName,
): object | undefined {
  if (device.kind === 'nic') {
    return novaHas(release, 'vlanFirst')
      ? describeNic(device, version)
      : describeOldNic(device, version)
  }
  if (device.kind === 'disk') return { type: 'disk', serial: device.serial, path: device.path }
  if (!versionHas(version, 'deviceShare')) return undefined
  return { type: 'share', share_id: device.share_id, tag: device.tag }
}

/** A NIC with nothing to tell (no tags, VLAN or trust) is left out. */
function describeNic(nic: Device & { kind: 'nic' }, version: OpenstackVersion): object | undefined {
  const vlan = versionHas(version, 'deviceVlan') ? nic.vlan : undefined
  const vf_trusted = versionHas(version, 'deviceVfTrusted') ? (nic.vf_trusted ?? false) : undefined
  if (nic.tags === undefined && vlan === undefined && vf_trusted === undefined) return undefined
  return { vlan, vf_trusted, type: 'nic', mac: nic.mac }
}

/** Queens has the VLAN last, and takes VLAN 0 for none. */
function describeOldNic(
  { tags, mac, vlan = 0 }: Device & { kind: 'nic' },
  version: OpenstackVersion,
): object | undefined {
  const shown = versionHas(version, 'deviceVlan') && vlan !== 0 ? vlan : undefined
  if (tags === undefined && shown === undefined) return undefined
  return { type: 'nic', mac, vlan: shown }
}

const buses = new Set(['pci', 'usb', 'scsi', 'ide', 'xen', 'none'])
