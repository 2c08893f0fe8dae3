import { newestRelease, type ReleaseName } from '../topology/release-names.ts'
import type { Topology } from '../topology/schema.ts'
import type { Cloud, Host, Neutron, Nova, Router } from './cloud.ts'
import { deriveDevices } from './derive-devices.ts'
import { deriveFloatingIps } from './derive-floating-ips.ts'
import { deriveGuests } from './derive-guests.ts'
import { deriveHosts } from './derive-hosts.ts'
import { deriveId, deriveKeystoneId } from './derive-id.ts'
import { deriveInstances } from './derive-instances.ts'
import { settleMetadataAgent, settleNovaWsgi } from './derive-metadata-agent.ts'
import { deriveNetworks } from './derive-networks.ts'
import { settlePorts } from './derive-ports.ts'
import { type Placement, placeOnHosts } from './schedule.ts'
import { statePathOf } from './state-path.ts'

export interface CloudOptions {
  /** The lab's name: ids and MACs are derived from it. */
  readonly lab: string
  /** Neutron's release for this run; Nova's too where the topology names none. */
  readonly release?: ReleaseName
  /** The shared secret of a topology that sets none. */
  readonly secret: string
  /** What stands of the lab: it keeps its hosts, addresses and numbers where the topology leaves them open. */
  readonly standing?: Cloud | null
}

/**
 * Settles every id, MAC and address of a topology that `readTopology` has accepted. Deterministic: the same
 * topology and options always give the same cloud, and different labs never share an id.
 */
export function deriveCloud(topology: Topology, options: CloudOptions): Cloud {
  const { lab, standing = null } = options
  const owner = {
    project_id: deriveKeystoneId(lab, 'project'),
    user_id: deriveKeystoneId(lab, 'user'),
  }
  const hosts = deriveHosts(lab, topology, standing)
  const placement = placeOnHosts(topology, standing)
  const networks = deriveNetworks(
    lab,
    owner.project_id,
    topology,
    standing,
    releaseOf(topology, options),
  )
  const routers = deriveRouters(lab, owner.project_id, topology, networks, placement)
  const instances = deriveInstances(lab, owner, topology, standing)
  const { project_id } = owner
  const machines = { placement, project_id, networks, routers, instances, standing }
  const all = settlePorts(lab, topology, machines)
  const ports = all.settled.flatMap(({ request, port }) => (request.withoutPort ? [] : [port]))
  const byDevice = Map.groupBy(ports, port => port.device_id)
  return {
    lab,
    neutron: settleNeutron(topology, options, controllerAddress(hosts)),
    nova: settleNova(topology, options, controllerAddress(hosts)),
    hosts,
    networks,
    routers,
    ports,
    floating_ips: deriveFloatingIps(lab, all, { networks, routers, ports, instances }),
    instances: instances.map(instance => {
      const own = byDevice.get(instance.id) ?? []
      const devices = deriveDevices(topology, instance.name, networks, own)
      return { ...instance, devices, port_ids: own.map(port => port.id) }
    }),
    guests: deriveGuests(topology, all.settled, instances, placement),
  }
}

function deriveRouters(
  lab: string,
  project_id: string,
  topology: Topology,
  networks: Cloud['networks'],
  placement: Placement,
): Router[] {
  const byName = new Map(networks.map(network => [network.name, network]))
  return Object.entries(topology.routers).map(([name, router]) => {
    const gateway = router.external_gateway
    const external = byName.get(gateway?.network ?? '')
    return {
      id: router.id ?? deriveId(lab, `router/${name}`),
      name,
      project_id: router.project_id ?? project_id,
      host: placement.routers.get(name) ?? '',
      external_gateway_info:
        gateway === undefined || external === undefined
          ? null
          : { network_id: external.id, enable_snat: gateway.enable_snat },
    }
  })
}

/** Where nova-api-metadata listens. */
function controllerAddress(hosts: readonly Host[]): string {
  const controller = hosts.find(({ roles }) => roles.includes('controller'))
  return controller?.management_cidr.split('/')[0] ?? ''
}

/** Neutron's release: that of this run, else the file's, else the newest. */
function releaseOf({ neutron }: Topology, { release }: CloudOptions): ReleaseName {
  return release ?? neutron.release ?? newestRelease
}

function settleNeutron(topology: Topology, options: CloudOptions, nova_address: string): Neutron {
  const { lab, secret } = options
  const state_path = statePathOf(lab)
  const { neutron } = topology
  return {
    ...neutron,
    release: releaseOf(topology, options),
    state_path,
    metadata_agent: settleMetadataAgent(topology, { state_path, secret, nova_address }),
  }
}

function settleNova(
  topology: Topology,
  { lab, release, secret }: CloudOptions,
  nova_address: string,
): Nova {
  const { neutron, nova } = topology
  const agentsSecret = neutron.metadata_agent.metadata_proxy_shared_secret ?? secret
  const place = { state_path: statePathOf(lab), secret, nova_address }
  return {
    ...nova,
    neutron: { metadata_proxy_shared_secret: agentsSecret, ...nova.neutron },
    release: nova.release ?? release ?? newestRelease,
    metadata_listen: nova_address,
    metadata_listen_port: neutron.metadata_agent.nova_metadata_port ?? 8775,
    wsgi: settleNovaWsgi(topology, place),
  }
}
