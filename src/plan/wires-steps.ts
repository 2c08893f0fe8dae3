import { createHash } from 'node:crypto'
import type { Cloud, Host, Network } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { bridgeName } from '../neutron/names.ts'
import { bridgeStep } from './bridge-step.ts'
import { bridgedOn } from './bridged-on.ts'
import { hostNamespace, onHost, stepIds, wiresNamespace } from './names.ts'
import { namespaceSteps } from './namespace-steps.ts'
import { isolationUnderOvn } from './plug-port.ts'
import type { IpStep, Step } from './step.ts'
import { underlaysOf } from './underlays.ts'

/**
 * The wires between several hosts, in a namespace that no guest can reach: a switch for the management network, one for
 * tunnels, and one for each provider network.
 */
export function wiresSteps(cloud: Cloud, facts: MachineFacts): Step[] {
  const [first] = cloud.hosts
  if (first === undefined || cloud.hosts.length === 1) return []
  const namespace = wiresNamespace(cloud)
  const place = { host: first.name, namespace, source: ['hosts'] }
  return [
    ...namespaceSteps({
      ...place,
      why: 'the wires between the hosts',
      sysctls: facts.ipv6 ? { 'net.ipv6.conf.default.disable_ipv6': '1' } : {},
      portIds: [],
    }),
    ...switchesOf(cloud).map(({ bridge, mtu, why }) =>
      bridgeStep({ ...place, id: stepIds.switch(bridge), why, bridge, mtu }),
    ),
  ]
}

/**
 * The cables of one host: for management, for tunnels, and for each provider network that it has. Their far ends are
 * plugged in while the host is joined to the others; one that is cut off has lost its carrier.
 */
export function cableSteps(cloud: Cloud, host: Host, isCutOff: boolean): IpStep[] {
  if (cloud.hosts.length === 1) return []
  const cables = switchesOf(cloud).filter(({ hosts }) => hosts.includes(host))
  const steps = cables.map(one => cableStep(cloud, host, one))
  return isCutOff ? steps : [...steps, joinStep(cloud, host, cables, steps)]
}

function cableStep(cloud: Cloud, host: Host, cable: Switch): IpStep {
  const { bridge, mtu } = cable
  const isolated = cable.isProviders
    ? isolationUnderOvn(cloud, nearEnd(cable))
    : { lines: [], link: {} }
  return {
    kind: 'ip',
    id: stepIds.cable(bridge, host.name),
    host: host.name,
    phase: 'wiring',
    needs: [stepIds.namespace(wiresNamespace(cloud)), cable.hostsBridge(host)],
    why: `${host.name}'s cable: ${cable.why}`,
    source: ['hosts', host.name],
    namespace: hostNamespace(cloud.lab, host.name),
    lines: [
      `link add ${nearEnd(cable)} mtu ${mtu} type veth peer name ${farEnd(host, cable)} mtu ${mtu} ` +
        `netns ${wiresNamespace(cloud)}`,
      `link set ${nearEnd(cable)} master ${bridge} up`,
      ...isolated.lines,
    ],
    removeLines: [`link delete ${nearEnd(cable)}`],
    expects: { links: [{ device: nearEnd(cable), mtu, master: bridge, ...isolated.link }] },
  }
}

function joinStep(
  cloud: Cloud,
  host: Host,
  cables: readonly Switch[],
  steps: readonly IpStep[],
): IpStep {
  return {
    kind: 'ip',
    id: stepIds.joined(host.name),
    host: host.name,
    phase: 'wiring',
    needs: [...steps.map(({ id }) => id), ...cables.map(({ bridge }) => stepIds.switch(bridge))],
    why: `${host.name} is joined to the other hosts`,
    source: ['hosts', host.name],
    namespace: wiresNamespace(cloud),
    lines: cables.map(one => `link set ${farEnd(host, one)} master ${one.bridge} up`),
    removeLines: cables.map(one => `link set ${farEnd(host, one)} down`),
    expects: {
      links: cables.map(one => ({ device: farEnd(host, one), master: one.bridge })),
    },
  }
}

interface Switch {
  /** Its name among the wires, and that of the hosts' bridges on it. */
  readonly bridge: string
  /** Part of device names. */
  readonly key: string
  readonly mtu: number
  readonly why: string
  /** Guests are on it. */
  readonly isProviders: boolean
  readonly hosts: readonly Host[]
  /** The step that makes a host's bridge. */
  readonly hostsBridge: (host: Host) => string
}

function switchesOf(cloud: Cloud): Switch[] {
  return [
    ...underlaysOf(cloud).map(({ stepOf, ...underlay }) => ({
      ...underlay,
      isProviders: false,
      hosts: cloud.hosts,
      hostsBridge: stepOf,
    })),
    ...cloud.networks.filter(isProviders).map(network => ({
      bridge: bridgeName(network.id),
      key: network.id.slice(0, 8),
      mtu: network.mtu,
      why: `provider network ${network.name}`,
      isProviders: true,
      hosts: bridgedOn(cloud, network),
      hostsBridge: (host: Host) => stepIds.bridge(network.id, onHost(cloud, host)),
    })),
  ]
}

/** Flat networks and vlans, which a switch of their own carries. */
export function isProviders({ 'provider:network_type': type }: Network): boolean {
  return type === 'flat' || type === 'vlan'
}

function nearEnd({ key }: Switch): string {
  return `eth-${key}`
}

/** The host as six characters of a hash: names of hosts are longer than devices' may be. */
function farEnd({ name }: Host, { key }: Switch): string {
  return `${createHash('sha1').update(name).digest('hex').slice(0, 6)}-${key}`
}
