import type { Finding } from '../finding.ts'
import { isSegmented, type NetworkType, networkTypeOf } from '../network-type.ts'
import type { PrunedTopology } from '../prune.ts'

const key = 'provider:segmentation_id'

/** Segmentation ids that the file gives: on networks that have one, as large as it may be, and each to one network. */
export function checkSegments({ topology }: PrunedTopology): Finding[] {
  const holders = new Map<string, string>()
  return Object.entries(topology.networks).flatMap(([name, network]) => {
    const id = network[key]
    if (id === undefined) return []
    const path = ['networks', name, key]
    const type = networkTypeOf(network, topology)
    if (!isSegmented(type))
      return [{ message: `a ${type} network has no segmentation id`, path, hint: 'leave it out' }]
    if (type === 'vlan' && id > mostVlans)
      return [{ message: `\`${id}\` is no tag of a vlan, which is from 1 to ${mostVlans}`, path }]
    const segment = `${carrierOf(type)} ${id}`
    const holder = holders.get(segment)
    holders.set(segment, holder ?? name)
    if (holder === undefined) return []
    return [
      { message: `\`${id}\` is already the ${carrierOf(type)} of network \`${holder}\``, path },
    ]
  })
}

/** IEEE 802.1Q: 0 and 4095 are reserved. */
const mostVlans = 4094

/** A lab carries networks of all tunnel types in VXLAN. */
function carrierOf(type: NetworkType): string {
  return type === 'vlan' ? 'tag' : 'VNI'
}
