import type { Cloud, Network } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import type { DhcpNamespace } from './dhcp-namespace.ts'
import { dhcpNamespaceOf } from './dhcp-namespace.ts'
import { dnsmasqArguments } from './dnsmasq-arguments.ts'
import { addnHostsFile, hostFile, leasesFile } from './dnsmasq-files.ts'
import { optsFile } from './dnsmasq-opts.ts'
import { subnetTag } from './known-subnets.ts'
import { type ProcessEnvironment, processEnvironment } from './process-environment.ts'
import { neutronRelease } from './release.ts'

/** A network's dnsmasq: the command line and the files that the agent writes for it. */
export interface Dnsmasq {
  /** <state_path>/dhcp/<network id>, mode 0755. */
  readonly directory: string
  readonly argv: readonly string[]
  /** dnsmasq-<network id>, which no other process is called. */
  readonly processTag: string
  /** What the agent adds to its environment. */
  readonly environment: ProcessEnvironment
  /** dnsmasq writes it itself. */
  readonly pidFile: string
  /** Content of each file in the directory, mode 0644, exact bytes. Havana has neither `addn_hosts` nor `leases`. */
  readonly files: DnsmasqFiles
  readonly listens: readonly DnsmasqListener[]
}

export interface DnsmasqFiles extends Readonly<Record<'host' | 'opts' | 'interface', string>> {
  readonly addn_hosts?: string
  readonly leases?: string
}

export interface DnsmasqListener {
  readonly protocol: 'udp' | 'tcp'
  readonly address: string
  readonly port: number
  /** Link-local addresses are bound to a device. */
  readonly device?: string
}

/** The dnsmasq of a network; null where the network has no qdhcp namespace. */
export function dnsmasqOf(cloud: Cloud, network: Network, facts: MachineFacts): Dnsmasq | null {
  const namespace = dhcpNamespaceOf(cloud, network, facts)
  if (namespace === null) return null
  const directory = `${cloud.neutron.state_path}/dhcp/${network.id}`
  const { device } = namespace
  const argv = dnsmasqArguments(cloud, network, { directory, device }, facts)
  const processTag = `dnsmasq-${network.id}`
  return {
    directory,
    argv,
    processTag,
    environment: environmentOf(cloud, network, processTag),
    pidFile: `${directory}/pid`,
    files: filesOf(cloud, network, device, facts),
    listens: listenersOf(cloud, namespace, network, argv, facts),
  }
}

/** Up to Juno dnsmasq had a variable of its own, for a script that told Neutron of leases. */
function environmentOf(cloud: Cloud, network: Network, processTag: string): ProcessEnvironment {
  const { networkIdVariable } = neutronRelease(cloud.neutron.release).dnsmasq
  return networkIdVariable
    ? { NEUTRON_NETWORK_ID: network.id }
    : processEnvironment(cloud, processTag)
}

function filesOf(
  cloud: Cloud,
  network: Network,
  device: string,
  { nowSeconds }: MachineFacts,
): DnsmasqFiles {
  const { keepsLeases } = neutronRelease(cloud.neutron.release).dnsmasq
  return {
    host: hostFile(cloud, network),
    opts: optsFile(cloud, network),
    ...(keepsLeases
      ? {
          addn_hosts: addnHostsFile(cloud, network),
          leases: leasesFile(cloud, network, nowSeconds),
        }
      : {}),
    interface: device,
  }
}

/**
 * DHCP on every address; DNS on each address of the namespace by itself, or of the device alone where the command line
 * names it, and besides on the link-local address that the kernel gives the device.
 */
function listenersOf(
  cloud: Cloud,
  { device, addresses }: DhcpNamespace,
  network: Network,
  argv: readonly string[],
  facts: MachineFacts,
): readonly DnsmasqListener[] {
  const serves = (family: 4 | 6) =>
    network.subnets.some(
      subnet =>
        subnet.ip_version === family &&
        argv.some(argument => argument.includes(`set:${subnetTag(cloud, network, subnet)},`)),
    )
  const loopback = argv.includes('--except-interface=lo')
    ? []
    : ['127.0.0.1', ...(facts.ipv6 ? ['::1'] : [])]
  const bound = [...loopback, ...addresses.map(({ address }) => address.replace(/\/\d+$/, ''))]
  return [
    ...(serves(4) ? [{ protocol: 'udp', address: '0.0.0.0', port: 67 } as const] : []),
    ...(serves(6) ? [{ protocol: 'udp', address: '::', port: 547 } as const] : []),
    ...bound.flatMap(address => nameServiceOn(address, device)),
  ]
}

function nameServiceOn(address: string, device: string): readonly DnsmasqListener[] {
  const zone = address.startsWith('fe80:') ? { device } : {}
  return [
    { protocol: 'udp', address, port: 53, ...zone },
    { protocol: 'tcp', address, port: 53, ...zone },
  ]
}
