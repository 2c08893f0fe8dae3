import type { Cloud, Host, Network } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { bridgeName } from '../neutron/names.ts'
import { bridgeStep } from './bridge-step.ts'
import { bridgedOn, isTunnelled } from './bridged-on.ts'
import { hostNamespace, onHost, stepIds } from './names.ts'
import { namespaceSteps } from './namespace-steps.ts'
import { isolationUnderOvn } from './plug-port.ts'
import type { IpStep, Step } from './step.ts'
import { type Underlay, underlaysOf } from './underlays.ts'
import { cableSteps } from './wires-steps.ts'

/**
 * A host of the cloud: its namespace, its places in the management network and in that of tunnels, and a bridge for each
 * network that it has, with a tunnel to where else that is.
 */
export function hostSteps(
  cloud: Cloud,
  host: Host,
  facts: MachineFacts,
  isCutOff: boolean,
): Step[] {
  const namespace = hostNamespace(cloud.lab, host.name)
  const networks = cloud.networks.filter(network => bridgedOn(cloud, network).includes(host))
  return [
    ...namespaceSteps({
      host: host.name,
      namespace,
      why: `host ${host.name}: bridges and OpenStack's services, apart from the machine's own network`,
      source: [],
      sysctls: hostSysctls(facts),
      portIds: [],
    }),
    ...underlaysOf(cloud).flatMap(underlay => underlayStep(underlay, host, namespace)),
    ...networks.map(network => networkStep(cloud, network, host)),
    ...cableSteps(cloud, host, isCutOff),
    ...networks.flatMap(network => tunnelStep(cloud, network, host)),
  ]
}

/**
 * A guest's frames reach the bridge itself too. Strict reverse path filtering and no IPv6 keep them from the host's
 * addresses; the bridges of a fresh namespace would also pass frames to iptables where br_netfilter is loaded.
 */
function hostSysctls(facts: MachineFacts): Record<string, string> {
  const bridgeKeys = facts.sysctls.filter(key => key.startsWith('net.bridge.bridge-nf-call-'))
  return {
    'net.ipv4.ip_forward': '0',
    'net.ipv4.conf.all.rp_filter': '1',
    'net.ipv4.conf.default.rp_filter': '1',
    'net.ipv4.conf.all.arp_ignore': '1',
    ...(facts.ipv6 ? { 'net.ipv6.conf.default.disable_ipv6': '1' } : {}),
    ...Object.fromEntries(bridgeKeys.map(key => [key, '0'])),
  }
}

function underlayStep(underlay: Underlay, host: Host, namespace: string): IpStep[] {
  const { bridge, mtu, why } = underlay
  const cidr = underlay.cidrOf(host)
  if (cidr === null) return []
  return [
    bridgeStep({
      id: underlay.stepOf(host),
      host: host.name,
      namespace,
      why: `${why}, in which ${host.name} is ${cidr}`,
      source: [],
      bridge,
      mtu,
      cidr,
    }),
  ]
}

function networkStep(cloud: Cloud, network: Network, host: Host): IpStep {
  return bridgeStep({
    id: stepIds.bridge(network.id, onHost(cloud, host)),
    host: host.name,
    namespace: hostNamespace(cloud.lab, host.name),
    why: `network ${network.name}`,
    source: ['networks', network.name],
    bridge: bridgeName(network.id),
    mtu: network.mtu,
  })
}

/**
 * The way to a network's bridges on other hosts, in a multicast group as neutron-linuxbridge-agent makes it without
 * l2population (vxlan_group 224.0.0.1, udp_dstport 4789), so that a host that joins changes nothing on the others.
 */
function tunnelStep(cloud: Cloud, network: Network, host: Host): IpStep[] {
  const { 'provider:segmentation_id': vni, mtu } = network
  if (host.tunnel_cidr === null || vni === null || !isTunnelled(network)) return []
  const on = onHost(cloud, host)
  const device = `vxlan-${vni}`
  const bridge = bridgeName(network.id)
  const [local] = host.tunnel_cidr.split('/')
  const isolated = isolationUnderOvn(cloud, device)
  return [
    {
      kind: 'ip',
      id: stepIds.tunnel(network.id, on),
      host: host.name,
      phase: 'wiring',
      needs: [stepIds.bridge(network.id, on), stepIds.tunnels(host.name)],
      why: `network ${network.name} on other hosts`,
      source: ['networks', network.name],
      namespace: hostNamespace(cloud.lab, host.name),
      lines: [
        `link add ${device} mtu ${mtu} type vxlan id ${vni} group 224.0.0.1 dev br-vxlan dstport 4789 local ${local}`,
        `link set ${device} master ${bridge} up`,
        ...isolated.lines,
      ],
      removeLines: [`link delete ${device}`],
      expects: { links: [{ device, mtu, master: bridge, ...isolated.link }] },
    },
  ]
}
