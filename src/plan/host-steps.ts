import type { Cloud, Host, Network } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { bridgeName } from '../neutron/names.ts'
import { bridgedOn, isTunnelled } from './bridged-on.ts'
import { hostNamespace, onHost, stepIds } from './names.ts'
import { namespaceSteps } from './namespace-steps.ts'
import { isolationUnderOvn } from './plug-port.ts'
import type { IpStep, Step } from './step.ts'
import { bridgeOptions, cableSteps, tunnelMtu } from './wires-steps.ts'

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
    underlayStep(host, namespace, {
      id: stepIds.management(host.name),
      bridge: 'br-mgmt',
      cidr: host.management_cidr,
      why: 'the management network',
      mtu: null,
    }),
    ...(host.tunnel_cidr === null
      ? []
      : [
          underlayStep(host, namespace, {
            id: stepIds.tunnels(host.name),
            bridge: 'br-vxlan',
            cidr: host.tunnel_cidr,
            why: 'the network that tunnels go through',
            mtu: tunnelMtu(cloud),
          }),
        ]),
    ...networks.map(network => bridgeStep(cloud, network, host)),
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

interface Underlay {
  readonly id: string
  readonly bridge: string
  /** The host's address, with prefix length. */
  readonly cidr: string
  readonly why: string
  /** Null for the kernel's own choice. */
  readonly mtu: number | null
}

function underlayStep(
  host: Host,
  namespace: string,
  { id, bridge, cidr, why, mtu }: Underlay,
): IpStep {
  const wide = mtu === null ? '' : ` mtu ${mtu}`
  const snooping = mtu === null ? '' : ' mcast_snooping 0'
  return {
    kind: 'ip',
    id,
    host: host.name,
    phase: 'wiring',
    needs: [`sysctl:${namespace}`],
    why: `${why}, in which ${host.name} is ${cidr}`,
    source: [],
    namespace,
    lines: [
      `link add ${bridge}${wide} type bridge stp_state 0 forward_delay 0${snooping}`,
      `address add ${cidr} brd + dev ${bridge}`,
      `link set ${bridge} up`,
    ],
    removeLines: [`link delete ${bridge}`],
    expects: {
      links: [{ device: bridge }],
      addresses: [{ device: bridge, address: cidr }],
    },
  }
}

function bridgeStep(cloud: Cloud, network: Network, host: Host): IpStep {
  const namespace = hostNamespace(cloud.lab, host.name)
  const bridge = bridgeName(network.id)
  return {
    kind: 'ip',
    id: stepIds.bridge(network.id, onHost(cloud, host)),
    host: host.name,
    phase: 'wiring',
    needs: [`sysctl:${namespace}`],
    why: `network ${network.name}`,
    source: ['networks', network.name],
    namespace,
    lines: [`link add ${bridge} mtu ${network.mtu} ${bridgeOptions}`, `link set ${bridge} up`],
    removeLines: [`link delete ${bridge}`],
    expects: { links: [{ device: bridge, mtu: network.mtu }] },
  }
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
