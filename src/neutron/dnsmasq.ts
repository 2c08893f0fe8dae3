import type { Cloud, Network } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import type { DhcpNamespace } from './dhcp-namespace.ts'
import { dhcpNamespaceOf } from './dhcp-namespace.ts'
import { dnsmasqArguments } from './dnsmasq-arguments.ts'
import { addnHostsFile, hostFile, leasesFile } from './dnsmasq-files.ts'
import { optsFile } from './dnsmasq-opts.ts'

/** A network's dnsmasq: the command line and the files that the agent writes for it. */
export interface Dnsmasq {
  /** <state_path>/dhcp/<network id>, mode 0755. */
  readonly directory: string
  readonly argv: readonly string[]
  /** Value of PROCESS_TAG in its environment. */
  readonly processTag: string
  /** dnsmasq writes it itself. */
  readonly pidFile: string
  /** Content of each file in the directory, mode 0644, exact bytes. */
  readonly files: Readonly<Record<'host' | 'opts' | 'addn_hosts' | 'leases' | 'interface', string>>
  readonly listens: readonly DnsmasqListener[]
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
  const argv = dnsmasqArguments(cloud, network, directory, facts)
  return {
    directory,
    argv,
    processTag: `dnsmasq-${network.id}`,
    pidFile: `${directory}/pid`,
    files: {
      host: hostFile(cloud, network),
      opts: optsFile(cloud, network),
      addn_hosts: addnHostsFile(cloud, network),
      leases: leasesFile(cloud, network, facts.nowSeconds),
      interface: namespace.device,
    },
    listens: listenersOf(namespace, network, argv, facts),
  }
}

/**
 * DHCP on every address; DNS on each address of the namespace by itself, as --bind-dynamic makes it, and besides on the
 * link-local address that the kernel gives the device.
 */
function listenersOf(
  { device, addresses }: DhcpNamespace,
  network: Network,
  argv: readonly string[],
  facts: MachineFacts,
): readonly DnsmasqListener[] {
  const serves = (family: 4 | 6) =>
    network.subnets.some(
      ({ id, ip_version }) =>
        ip_version === family && argv.some(argument => argument.includes(`set:subnet-${id},`)),
    )
  const bound = [
    ...['127.0.0.1', ...(facts.ipv6 ? ['::1'] : [])],
    ...addresses.map(({ address }) => address.replace(/\/\d+$/, '')),
  ]
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
