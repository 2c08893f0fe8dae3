import type { Topology } from '../topology/schema.ts'
import type { Network, Port } from './cloud.ts'
import type { Device } from './instance.ts'

type TopologyDevice = Topology['instances'][string]['devices'][number]

/** The devices that the topology tells of an instance. Several NICs on one network are told of in their order. */
export function deriveDevices(
  topology: Topology,
  instance: string,
  networks: readonly Network[],
  ports: readonly Port[],
): Device[] {
  const left = [...ports]
  return (topology.instances[instance]?.devices ?? []).flatMap((device): Device[] => {
    const common = settleCommon(device)
    if (device.type === 'disk') return [{ ...common, kind: 'disk', ...pickDisk(device) }]
    if (device.type === 'share') {
      const { share_id = '', tag = '' } = device
      return [{ ...common, kind: 'share', share_id, tag }]
    }
    const network = networks.find(({ name }) => name === device.network)
    const at = left.findIndex(({ network_id }) => network_id === network?.id)
    const [port] = at < 0 ? [] : left.splice(at, 1)
    if (port === undefined) return []
    return [{ ...common, kind: 'nic', mac: port.mac_address, ...pickNic(device) }]
  })
}

function settleCommon({ bus, address, tags }: TopologyDevice) {
  return {
    bus: bus ?? 'none',
    address: address ?? 'none',
    ...(tags === undefined ? {} : { tags }),
  }
}

function pickDisk({ serial, path }: TopologyDevice) {
  return {
    ...(serial === undefined ? {} : { serial }),
    ...(path === undefined ? {} : { path }),
  }
}

function pickNic({ vlan, vf_trusted }: TopologyDevice) {
  return {
    ...(vlan === undefined ? {} : { vlan }),
    ...(vf_trusted === undefined ? {} : { vf_trusted }),
  }
}
