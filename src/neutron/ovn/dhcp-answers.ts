import { createHash } from 'node:crypto'
import type { Cloud, Host, Network, Port, Subnet } from '../../cloud/cloud.ts'
import type { MachineFacts } from '../../cloud/machine-facts.ts'
import { isServedByDhcpv6 } from '../../topology/dhcpv6-subnets.ts'
import {
  eui64Address,
  formatAddress,
  formatNetmask,
  type IpNetwork,
  parseCidr,
} from '../../topology/ip.ts'
import { carriesIpv6 } from '../carries-ipv6.ts'
import type { AgentAddress } from '../routes.ts'
import { type OvnDhcpOptions, ovnDhcpOptionsOf } from './dhcp-options.ts'
import { vifsOn } from './metadata-port.ts'

/** A dnsmasq that answers the machines of one host on a network as OVN's flows would. */
export interface OvnDhcpAnswers {
  /** <state_path>/ovn-dhcp/<network id> */
  readonly directory: string
  /** For all subnets of the network, which has one of each in OVN. */
  readonly server_mac: string
  /** What dnsmasq must bear to answer: of IPv4 each subnet's `server_id`. */
  readonly addresses: readonly AgentAddress[]
  readonly argv: readonly string[]
  /** The file of `--dhcp-hostsfile`, which it reads again on SIGHUP. */
  readonly hosts: string
  readonly renewals: readonly OvnRenewal[]
}

/**
 * What a machine sends at T1, to the server alone: OVN's flow for the port takes it as it takes a broadcast, wherever the
 * frame goes. `build_dhcpv4_action` of OVN's northd: from the address that is offered to the server id.
 */
export interface OvnRenewal {
  readonly port_id: string
  readonly mac_address: string
  readonly ip_address: string
  readonly server_id: string
}

/**
 * What dnsmasq is told for it; null where no machine of the host would be answered. Options are forced, since OVN sends
 * what it has without being asked, and those that dnsmasq would make up are emptied. T1, T2 and `siaddr` it sends besides,
 * which OVN does not: they are what a client assumes without.
 */
export function ovnDhcpAnswersOf(
  cloud: Cloud,
  network: Network,
  host: Pick<Host, 'name'>,
  facts: MachineFacts,
): OvnDhcpAnswers | null {
  const vifs = vifsOn(cloud, network, host.name)
  const server_mac = serverMac(network)
  const served = network.subnets
    .filter(({ id }) => addressesIn(vifs, id).length > 0)
    .flatMap(subnet => {
      const answer = answerOn(cloud, network, subnet, server_mac)
      const isUsable = subnet.ip_version === 4 || carriesIpv6(network, facts)
      return answer !== null && isUsable ? [{ subnet, ...answer }] : []
    })
  if (served.length === 0) return null
  const directory = `${cloud.neutron.state_path}/ovn-dhcp/${network.id}`
  return {
    directory,
    server_mac,
    addresses: served.map(({ address, subnet }) => ({ address, family: subnet.ip_version })),
    argv: [...commandOf(directory), ...served.flatMap(({ words }) => words)],
    hosts: served.flatMap(({ subnet }) => hostLines(vifs, subnet)).join(''),
    renewals: served.flatMap(({ subnet, address }) => renewalsOf(vifs, subnet, address)),
  }
}

/** With DHCPv6 a machine asks all servers, as OVN's permits no unicast. */
function renewalsOf(vifs: readonly Port[], subnet: Subnet, address: string): OvnRenewal[] {
  const [server_id = ''] = address.split('/')
  if (subnet.ip_version === 6) return []
  return addressesIn(vifs, subnet.id).map(({ id, mac, ip }) => ({
    port_id: id,
    mac_address: mac,
    ip_address: ip,
    server_id,
  }))
}

/** Neutron draws it under `base_mac`; as no port may have it, it is made from the network's id under another. */
function serverMac({ id }: Network): string {
  const [a = '', b = '', c = ''] =
    createHash('sha256').update(`ovn ${id}`).digest('hex').match(/../g) ?? []
  return `fa:16:3f:${a}:${b}:${c}`
}

function addressesIn(
  vifs: readonly Port[],
  subnetId: string,
): readonly { id: string; mac: string; ip: string }[] {
  return vifs.flatMap(({ id, mac_address: mac, fixed_ips }) =>
    fixed_ips
      .filter(({ subnet_id }) => subnet_id === subnetId)
      .map(({ ip_address: ip }) => ({ id, mac, ip })),
  )
}

/** A line for each machine, without a name, as OVN sends none. */
function hostLines(vifs: readonly Port[], { id, ip_version }: Subnet): string[] {
  return addressesIn(vifs, id).map(({ mac, ip }) =>
    ip_version === 4 ? `${mac},${ip}\n` : `${mac},tag:dhcpv6,[${ip}]\n`,
  )
}

/** Nobody but machines of the host is heard; what they ask for that they have not is refused, as OVN does. */
function commandOf(directory: string): string[] {
  return [
    'dnsmasq',
    '--port=0',
    '--no-hosts',
    '--no-resolv',
    `--pid-file=${directory}/pid`,
    `--dhcp-hostsfile=${directory}/host`,
    `--dhcp-leasefile=${directory}/leases`,
    '--bind-dynamic',
    '--dhcp-authoritative',
    '--no-ping',
    '--dhcp-lease-max=16777216',
    '--conf-file=/dev/null',
  ]
}

interface Answer {
  /** With prefix length. */
  readonly address: string
  readonly words: readonly string[]
}

function answerOn(
  cloud: Cloud,
  network: Network,
  subnet: Subnet,
  server_mac: string,
): Answer | null {
  const range = parseCidr(subnet.cidr)
  if (range === undefined) return null
  if (subnet.ip_version === 6)
    return isServedByDhcpv6(subnet, 'ovn') ? ipv6Answer(subnet, range, server_mac) : null
  const options = ovnDhcpOptionsOf(cloud, network, subnet)
  return options === null ? null : ipv4Answer(subnet, range, options)
}

function ipv4Answer({ id }: Subnet, range: IpNetwork, options: OvnDhcpOptions): Answer {
  const tag = `subnet-${id}`
  const force = (name: string, values: readonly (string | number)[]) =>
    `--dhcp-option-force=${[`tag:${tag}`, name, ...values].join(',')}`
  const empty = (name: string) => `--dhcp-option=tag:${tag},${name}`
  const { router, dns_server, domain_name, classless_static_route: routes } = options
  return {
    address: `${options.server_id}/${range.prefix}`,
    words: [
      `--dhcp-range=set:${tag},${firstOf(range)},static,${formatNetmask(range.prefix)},${options.lease_time}s`,
      force('option:mtu', [options.mtu]),
      router === null ? empty('option:router') : force('option:router', [router]),
      dns_server.length === 0 ? empty('option:dns-server') : force('option:dns-server', dns_server),
      ...(domain_name === null ? [] : [force('option:domain-name', [domain_name])]),
      ...(routes.length === 0
        ? []
        : [
            force(
              'option:classless-static-route',
              routes.flatMap(({ destination, nexthop }) => [destination, nexthop]),
            ),
          ]),
      empty('28'),
    ],
  }
}

/** OVN's leases of IPv6 have no end. The server's address in the subnet is dnsmasq's need: OVN's has none. */
function ipv6Answer({ id, dns_nameservers }: Subnet, range: IpNetwork, server_mac: string): Answer {
  const servers = dns_nameservers.filter(server => server !== '::').map(server => `[${server}]`)
  const tag = `subnet-${id}`
  return {
    address: `${eui64Address(range, server_mac)}/${range.prefix}`,
    words: [
      `--dhcp-range=set:${tag},${firstOf(range)},static,${range.prefix},infinite`,
      `--dhcp-option=${[`tag:${tag}`, 'option6:dns-server', ...servers].join(',')}`,
    ],
  }
}

function firstOf({ version, first }: IpNetwork): string {
  return formatAddress({ version, value: first })
}
