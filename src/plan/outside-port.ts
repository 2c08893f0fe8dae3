import { createHash } from 'node:crypto'
import type { Cloud, Network } from '../cloud/cloud.ts'
import type { PluggedPort } from './plug-port.ts'

/**
 * The provider's end of an external network. Neutron knows nothing of it, so it is in no cloud; id and MAC are made
 * from the network's so that they are the same each time. The MAC is outside Neutron's `fa:16:3e` range.
 */
export function outsidePort(cloud: Cloud, network: Network): PluggedPort {
  const hash = createHash('sha256').update(`outside ${cloud.lab} ${network.id}`).digest('hex')
  const mac = hash.match(/../g)?.slice(0, 4).join(':') ?? ''
  return { id: `${hash.slice(0, 8)}-${hash.slice(8, 12)}`, mac_address: `02:00:${mac}` }
}
