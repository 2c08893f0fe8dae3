import type { Network } from '../cloud/cloud.ts'
import {
  type OvnMetadataNamespace,
  ovnMetadataNamespaceOf,
} from '../neutron/ovn/metadata-namespace.ts'
import { bridgedOn } from './bridged-on.ts'
import { directoryStep } from './file-steps.ts'
import { haproxySteps } from './haproxy-steps.ts'
import { onHost, stepIds } from './names.ts'
import { namespaceSteps } from './namespace-steps.ts'
import { type PluggedPort, plugPort } from './plug-port.ts'
import { portAddressSteps } from './port-address-steps.ts'
import { namespaceAt, type Site, socketOn } from './site.ts'
import type { Step } from './step.ts'

/**
 * What the OVN metadata agent makes on a host: ovnmeta with haproxy for each network that a machine of the host is on, as far
 * as it has heard of them, and as long as the network has its bridge there.
 */
export function ovnMetadataSteps(site: Site): Step[] {
  const { cloud, host, facts, views } = site
  const view = views.ovn
  const bridged = view.networks.filter(network => bridgedOn(cloud, network).includes(host))
  const served = bridged.flatMap(network => {
    const made = ovnMetadataNamespaceOf(view, network, host, facts)
    return made === null ? [] : [{ network, made, namespace: namespaceAt(site, made.name) }]
  })
  if (served.length === 0) return []
  const { state_path } = view.neutron
  const directory = `${state_path}/ovn-metadata-proxy`
  return [
    directoryStep(
      { host: host.name, path: directory, mode: 0o755, why: 'configuration of haproxy' },
      [stepIds.directory(state_path)],
    ),
    ...served.flatMap(one => ovnmetaSteps(site, one)),
    ...haproxySteps(
      { ...site, cloud: view },
      served.map(({ made, namespace }) => ({ ...made.proxy, namespace })),
      new Map(
        served.map(({ made, namespace }) => [
          namespace,
          [stepIds.addresses(portHere(site, made).id)],
        ]),
      ),
    ),
  ]
}

interface Served {
  readonly network: Network
  readonly made: OvnMetadataNamespace
  readonly namespace: string
}

function ovnmetaSteps(site: Site, { network, made, namespace }: Served): Step[] {
  const { cloud, host, facts } = site
  const { device, outside, mtu, addresses } = made
  const port = portHere(site, made)
  const place = { host: host.name, namespace, source: ['networks', network.name] }
  return [
    ...namespaceSteps({
      ...place,
      why: `metadata for ${network.name} on ${host.name}`,
      sysctls: {
        'net.ipv4.conf.all.promote_secondaries': '1',
        // The kernel's own link-local address is one that the agent takes away.
        ...(facts.ipv6 ? { 'net.ipv6.conf.default.addr_gen_mode': '1' } : {}),
      },
      portIds: [port.id],
    }),
    plugPort({
      ...place,
      socket: socketOn(cloud, host, network),
      port,
      device,
      outside,
      mtu,
      isolated: true,
    }),
    ...portAddressSteps({ ...place, port, device, addresses }),
  ]
}

/** The metadata port is one, and has a cable on every host that it is asked for on. */
function portHere({ cloud, host }: Site, { port }: OvnMetadataNamespace): PluggedPort {
  return { id: `${port.id}${onHost(cloud, host)}`, mac_address: port.mac_address }
}
