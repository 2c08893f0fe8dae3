import type { Cloud, Network } from '../cloud/cloud.ts'
import type { Guest } from '../cloud/guest.ts'

/**
 * Names of the lab's own namespaces, those that OpenStack has no name for. All of them carry the lab's name;
 * host and guest names never meet because a topology is refused where they do.
 */
export function hostNamespace(lab: string, host: string): string {
  return `lab-${lab}-${host}`
}

export function guestNamespace(cloud: Cloud, { name }: Pick<Guest, 'name'>): string {
  return `lab-${cloud.lab}-${name}`
}

/** The provider's side of an external network; the underscore keeps it apart from every host name. */
export function outsideNamespace(cloud: Cloud, network: Network): string {
  return `lab-${cloud.lab}-outside_${network.id.slice(0, 8)}`
}

/** Step ids, so that one part of the plan can name what it needs from another. */
export const stepIds = {
  namespace: (name: string) => `netns:${name}`,
  bridge: (networkId: string) => `bridge:${networkId}`,
  link: (portId: string) => `link:${portId}`,
  addresses: (portId: string) => `addresses:${portId}`,
  service: (name: string) => `service:${name}`,
  directory: (path: string) => `directory:${path}`,
  file: (path: string) => `file:${path}`,
  certificates: 'certificates',
  image: (host: string) => `image:${host}`,
}
