import type { Cloud, Host, Network, Router } from '../cloud/cloud.ts'
import type { Guest } from '../cloud/guest.ts'
import { statePathOf } from '../cloud/state-path.ts'

/**
 * Names of the lab's own namespaces, those that OpenStack has no name for. All of them carry the lab's name;
 * host and guest names never meet because a topology is refused where they do.
 */
export function hostNamespace(lab: string, host: string): string {
  return `lab-${lab}-${host}`
}

/** The wires between the hosts, of a lab that has several; the underscore keeps it apart from every host name. */
export function wiresNamespace({ lab }: Pick<Cloud, 'lab'>): string {
  return `lab-${lab}-wires_`
}

/** What tells the steps and services of one host from those of others: nothing where there is but one. */
export function onHost({ hosts }: Pick<Cloud, 'hosts'>, { name }: Host): string {
  return hosts.length === 1 ? '' : `@${name}`
}

/** A namespace that OpenStack names, as it is called here: one that several hosts can have is called after its host, too. */
export function agentNamespace(cloud: Cloud, host: Host, name: string): string {
  return canBeOnSeveral(cloud, name) ? `${name}${onHost(cloud, host)}` : name
}

function canBeOnSeveral({ hosts, neutron }: Cloud, name: string): boolean {
  if (name.startsWith('qdhcp-')) return neutron.dhcp_agents_per_network > 1
  const computeHosts = hosts.filter(({ roles }) => roles.includes('compute'))
  return name.startsWith('ovnmeta-') && computeHosts.length > 1
}

export function guestNamespace(cloud: Cloud, { name }: Pick<Guest, 'name'>): string {
  return `lab-${cloud.lab}-${name}`
}

/** The provider's side of an external network; the underscore keeps it apart from every host name. */
export function outsideNamespace(cloud: Cloud, network: Network): string {
  return `lab-${cloud.lab}-outside_${network.id.slice(0, 8)}`
}

/** What stands on a host for OVN's answers to DHCP on a network. */
export function ovnDhcpNamespace(cloud: Cloud, host: Host, { id }: Pick<Network, 'id'>): string {
  return `lab-${cloud.lab}-ovndhcp_${id.slice(0, 8)}${onHost(cloud, host)}`
}

/** What stands for a logical router of OVN's. */
export function ovnRouterNamespace(
  { lab }: Pick<Cloud, 'lab'>,
  { id }: Pick<Router, 'id'>,
): string {
  return `lab-${lab}-ovnrouter_${id.slice(0, 8)}`
}

/** Where the services of all hosts print to. */
export function logDirectory({ lab }: Pick<Cloud, 'lab'>): string {
  return `${statePathOf(lab)}/log`
}

/** Step ids, so that one part of the plan can name what it needs from another. */
export const stepIds = {
  namespace: (name: string) => `netns:${name}`,
  /** `on`: see `onHost`. */
  bridge: (networkId: string, on: string) => `bridge:${networkId}${on}`,
  tunnel: (networkId: string, on: string) => `tunnel:${networkId}${on}`,
  management: (host: string) => `management:${host}`,
  tunnels: (host: string) => `tunnels:${host}`,
  switch: (bridge: string) => `switch:${bridge}`,
  cable: (bridge: string, host: string) => `cable:${bridge}@${host}`,
  joined: (host: string) => `joined:${host}`,
  link: (portId: string) => `link:${portId}`,
  addresses: (portId: string) => `addresses:${portId}`,
  service: (name: string) => `service:${name}`,
  directory: (path: string) => `directory:${path}`,
  file: (path: string) => `file:${path}`,
  certificates: 'certificates',
  image: (host: string) => `image:${host}`,
}
