import type { Finding } from '../finding.ts'
import { contains, parseAddress, parseCidr } from '../ip.ts'
import { managementNetwork, tunnelNetwork } from '../management-address.ts'
import type { TopologyPath } from '../mistake.ts'
import type { PrunedTopology } from '../prune.ts'
import { hostRange } from '../subnet-defaults.ts'

/** Addresses that the file gives to hosts: in the networks between them, and each to one host. */
export function checkHostAddresses({ topology }: PrunedTopology): Finding[] {
  return networks.flatMap(({ key, cidr, one }) => {
    const holders = new Map<string, string>()
    return Object.entries(topology.hosts).flatMap(([name, host]) => {
      const address = host[key]
      if (address === undefined) return []
      const path = ['hosts', name, key]
      const holder = holders.get(address)
      if (holder === undefined) holders.set(address, name)
      else return [{ message: `\`${address}\` is already the address of host \`${holder}\``, path }]
      return checkPlace(address, { cidr, one, path })
    })
  })
}

const networks = [
  { key: 'management_ip', cidr: managementNetwork, one: 'the management network' },
  { key: 'local_ip', cidr: tunnelNetwork, one: 'the network of tunnels' },
] as const

interface Place {
  readonly cidr: string
  readonly one: string
  readonly path: TopologyPath
}

function checkPlace(text: string, { cidr, one, path }: Place): Finding[] {
  const network = parseCidr(cidr)
  const address = parseAddress(text)
  if (network === undefined || address === undefined) return []
  if (contains(hostRange(network), address)) return []
  const message = contains(network, address)
    ? `\`${text}\` is the network’s own or the broadcast address of ${cidr}`
    : `\`${text}\` is outside ${one}, ${cidr}`
  return [{ message, path }]
}
