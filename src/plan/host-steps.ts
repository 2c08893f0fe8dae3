import type { Cloud, Host, Network } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { bridgeName } from '../neutron/names.ts'
import { hostNamespace, stepIds } from './names.ts'
import { namespaceSteps } from './namespace-steps.ts'
import type { IpStep, Step } from './step.ts'

/** A host of the cloud: its namespace, its place in the management network and a bridge for each network. */
export function hostSteps(cloud: Cloud, host: Host, facts: MachineFacts): Step[] {
  const namespace = hostNamespace(cloud.lab, host.name)
  return [
    ...namespaceSteps({
      host: host.name,
      namespace,
      why: `host ${host.name}: bridges and OpenStack's services, apart from the machine's own network`,
      source: [],
      sysctls: hostSysctls(facts),
      portIds: [],
    }),
    managementStep(host, namespace),
    ...cloud.networks.map(network => bridgeStep(network, host, namespace)),
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

function managementStep(host: Host, namespace: string): IpStep {
  return {
    kind: 'ip',
    id: `management:${host.name}`,
    host: host.name,
    phase: 'wiring',
    needs: [`sysctl:${namespace}`],
    why: `the management network, in which ${host.name} is ${host.management_cidr}`,
    source: [],
    namespace,
    lines: [
      'link add br-mgmt type bridge stp_state 0 forward_delay 0',
      `address add ${host.management_cidr} brd + dev br-mgmt`,
      'link set br-mgmt up',
    ],
    removeLines: ['link delete br-mgmt'],
    expects: {
      links: [{ device: 'br-mgmt' }],
      addresses: [{ device: 'br-mgmt', address: host.management_cidr }],
    },
  }
}

function bridgeStep(network: Network, host: Host, namespace: string): IpStep {
  const bridge = bridgeName(network.id)
  return {
    kind: 'ip',
    id: stepIds.bridge(network.id),
    host: host.name,
    phase: 'wiring',
    needs: [`sysctl:${namespace}`],
    why: `network ${network.name}`,
    source: ['networks', network.name],
    namespace,
    lines: [
      `link add ${bridge} mtu ${network.mtu} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
      `link set ${bridge} up`,
    ],
    removeLines: [`link delete ${bridge}`],
    expects: { links: [{ device: bridge, mtu: network.mtu }] },
  }
}
