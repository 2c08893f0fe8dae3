import type { Finding } from '../finding.ts'
import type { TopologyPath } from '../mistake.ts'
import type { PrunedTopology } from '../prune.ts'
import type { Topology } from '../schema.ts'
import { suggest } from '../suggest.ts'

/** Devices of meta_data.json: keys that go with another type, addresses not of their bus, NICs that are not there. */
export function checkDevices({ topology, isDamaged }: PrunedTopology): Finding[] {
  return Object.entries(topology.instances).flatMap(([name, instance]) => {
    const path = ['instances', name, 'devices']
    return [
      ...instance.devices.flatMap((device, index) => [
        ...checkKeys(device, [...path, index]),
        ...checkAddress(device, [...path, index]),
      ]),
      ...(isDamaged(['instances', name, 'networks']) ? [] : checkNics(instance, path)),
    ]
  })
}

type TopologyInstance = Topology['instances'][string]
type Device = TopologyInstance['devices'][number]

function checkKeys(device: Device, path: TopologyPath): Finding[] {
  const { type } = device
  return Object.entries(keysOfType).flatMap(([other, keys]) => {
    if (other === type) {
      const missing = keys.filter(key => required.has(key) && device[key] === undefined)
      return missing.map(key => ({
        message: `\`${key}\` is missing, which a ${type} has`,
        path: [...path, 'type'],
      }))
    }
    const surplus = keys.filter(key => device[key] !== undefined)
    return surplus.map(key => ({
      message: `\`${key}\` is of a ${other}, and this is a ${type}`,
      path: [...path, key],
      part: 'key' as const,
    }))
  })
}

/** The patterns of nova/objects/fields.py. */
function checkAddress({ bus, address }: Device, path: TopologyPath): Finding[] {
  if (address === undefined) return []
  if (bus === undefined) {
    return [{ message: 'an address needs a `bus`', path: [...path, 'address'], part: 'key' }]
  }
  const { pattern, example } = busAddresses[bus]
  if (pattern.test(address)) return []
  const message = `\`${address}\` is no address on ${bus}; one is ${example}`
  return [{ message, path: [...path, 'address'] }]
}

/** Several NICs on one network are told of in their order. */
function checkNics({ networks, devices }: TopologyInstance, path: TopologyPath): Finding[] {
  const left = networks.map(({ name }) => name)
  return devices.flatMap(({ type, network }, index) => {
    if (type !== 'nic' || network === undefined) return []
    const at = left.indexOf(network)
    if (at >= 0) {
      left.splice(at, 1)
      return []
    }
    const names = networks.map(({ name }) => name)
    const message = names.includes(network)
      ? `the instance has no further network card on network \`${network}\``
      : `the instance has no network card on network \`${network}\``
    const hint = names.includes(network)
      ? undefined
      : (suggest(network, names) ?? `it is on ${names.join(', ')}`)
    return [{ message, path: [...path, index, 'network'], ...(hint ? { hint } : {}) }]
  })
}

const keysOfType = {
  nic: ['network', 'vlan', 'vf_trusted'],
  disk: ['serial', 'path'],
  share: ['share_id', 'tag'],
} as const

const required = new Set<string>(['network', 'share_id', 'tag'])

const busAddresses = {
  pci: { pattern: /^[a-f0-9]{4}:[a-f0-9]{2}:[a-f0-9]{2}\.[a-f0-9]$/, example: '0000:00:03.0' },
  usb: { pattern: /^[a-f0-9]+:[a-f0-9]+$/, example: '0:1' },
  scsi: { pattern: /^[a-f0-9]+(:[a-f0-9]+){3}$/, example: '0:0:1:0' },
  ide: { pattern: /^[01]:[01]$/, example: '0:1' },
  xen: { pattern: /^(00[0-9]{2}00|[1-9][0-9]+)$/, example: '51712' },
}
