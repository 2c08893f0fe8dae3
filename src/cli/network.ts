import type { Cloud, Network } from '../cloud/cloud.ts'
import { dhcpNamespace } from '../neutron/names.ts'
import { addNetwork, type NewNetwork, removeNetwork } from '../topology/edit/edit-networks.ts'
import { contains, type IpNetwork, parseAddress, parseCidr } from '../topology/ip.ts'
import { type ChangeOptions, changeLab } from './change-lab.ts'
import { checkNewName } from './check-new-name.ts'
import { asTypedWords, type TypedWords } from './explain-mistakes.ts'
import { findNetwork } from './find-resources.ts'
import type { GlobalOptions } from './pick-lab.ts'
import type { Change } from './read-change.ts'
import { refused, refusedOption } from './refused.ts'

interface NetworkOptions {
  readonly subnet: readonly string[]
  /** An address, or `none`. */
  readonly gateway?: string
  readonly dhcp: boolean
  readonly dnsNameserver?: readonly string[]
  readonly mtu?: string
  readonly external?: true
}

/** `lab network add NAME --subnet CIDR…`: `openstack network create` and `openstack subnet create`. */
export async function add(
  name: string,
  options: ChangeOptions & NetworkOptions,
  globals: GlobalOptions,
): Promise<void> {
  await changeLab(networkAddition(name, options), options, globals)
}

/** What `lab network add` changes. */
export function networkAddition(name: string, options: NetworkOptions): Change {
  return {
    words: ['network', 'add', name],
    what: `add network ${asTypedWords(name)}`,
    typed: typedFor(name, options),
    edit: ({ cloud, kept }) => {
      checkNewName(cloud, 'network', name)
      return addNetwork(kept.text, name, writeNetwork(name, options))
    },
    tell: (_, { cloud }) => [describe(cloud, findNetwork(cloud, name))],
  }
}

function typedFor(name: string, { subnet, gateway = '', mtu = '' }: NetworkOptions): TypedWords[] {
  const path = ['networks', name]
  return [
    { path, words: asTypedWords(name) },
    { path: [...path, 'mtu'], words: asTypedWords('--mtu', mtu) },
    ...subnet.flatMap((cidr, index) => [
      { path: [...path, 'subnets', index], words: asTypedWords('--subnet', cidr) },
      {
        path: [...path, 'subnets', index, 'gateway_ip'],
        words: asTypedWords('--gateway', gateway),
      },
      { path: [...path, 'subnets', index, 'dns_nameservers'], words: '--dns-nameserver' },
    ]),
  ]
}

/** `lab network remove NAME`: `openstack network delete`. */
export async function remove(
  name: string,
  options: ChangeOptions,
  globals: GlobalOptions,
): Promise<void> {
  await changeLab(
    {
      words: ['network', 'remove', name],
      what: `remove network ${asTypedWords(name)}`,
      edit: ({ cloud, kept }) => {
        const network = findNetwork(cloud, name)
        refuseInUse(cloud, network)
        return removeNetwork(kept.text, network.name)
      },
      tell: ({ cloud }) => [`network ${findNetwork(cloud, name).name} is gone`],
    },
    options,
    globals,
  )
}

/**
 * A gateway is of the subnet that holds it; a name server, of the subnets of its IP version. What a range that is none would
 * hold nobody knows; it is told of by itself. Throws LabError.
 */
export function writeNetwork(name: string, options: NetworkOptions): NewNetwork {
  const { gateway, dhcp, dnsNameserver = [], mtu, external } = options
  const refuse = (answer: string) => refusedOption(`add network ${asTypedWords(name)}`, answer)
  if (mtu !== undefined && !/^\d+$/.test(mtu)) throw refuse(`--mtu ${mtu} is no number of bytes`)
  const ranges = options.subnet.map(cidr => parseCidr(cidr))
  const stray = strayServer(dnsNameserver, ranges)
  if (stray !== null) throw refuse(stray)
  const address = gateway === undefined || gateway === 'none' ? undefined : parseAddress(gateway)
  const isHolder = (range: IpNetwork | undefined) =>
    range !== undefined && address !== undefined && contains(range, address)
  const isKnown = ranges.every(range => range !== undefined)
  if (gateway !== undefined && gateway !== 'none' && isKnown && !ranges.some(isHolder))
    throw refuse(`--gateway ${gateway} is no address of ${options.subnet.join(' or ')}`)
  const subnets = options.subnet.map((cidr, index) => {
    const range = ranges[index]
    const servers = dnsNameserver.filter(server => isAlike(server, range))
    return {
      name: options.subnet.length === 1 ? `${name}-subnet` : `${name}-subnet-${index + 1}`,
      cidr,
      ...(gateway === 'none' ? { gateway_ip: null } : {}),
      ...(isHolder(range) && gateway !== undefined ? { gateway_ip: gateway } : {}),
      ...(dhcp ? {} : { enable_dhcp: false }),
      ...(servers.length === 0 ? {} : { dns_nameservers: servers }),
    }
  })
  return {
    ...(external === undefined ? {} : { external }),
    ...(mtu === undefined ? {} : { mtu: Number(mtu) }),
    subnets,
  }
}

/** What is wrong with the first server that no subnet would have; a range that is none is told of by itself. */
function strayServer(
  servers: readonly string[],
  ranges: readonly (IpNetwork | undefined)[],
): string | null {
  const stray = servers.find(server => !ranges.some(range => isAlike(server, range)))
  if (stray === undefined) return null
  const versions = [...new Set(ranges.flatMap(range => range?.version ?? []))].toSorted()
  const known = versions.map(version => `IPv${version}`).join(' or ')
  return `--dns-nameserver ${asTypedWords(stray)} is no address of ${known}, as the subnets are`
}

function isAlike(server: string, range: IpNetwork | undefined): boolean {
  return range === undefined || parseAddress(server)?.version === range.version
}

/** `_ensure_network_not_in_use` of neutron/db/db_base_plugin_v2.py: agents' own ports go with it. */
function refuseInUse(cloud: Cloud, { id, name }: Network): void {
  const what = `remove network ${name}`
  const ports = cloud.ports.filter(
    ({ network_id, device_owner }) => network_id === id && !AUTO_DELETED.includes(device_owner),
  )
  if (ports.length > 0)
    throw refused(
      what,
      `Unable to complete operation on network ${id}. There are one or more ports still in use on the network, id for these ports is: ${ports.map(port => port.id).join(',')}. (409 Conflict)`,
      `\`lab port list --network ${name}\` tells whose they are.`,
    )
  const guest = cloud.guests.find(({ nics }) => nics.some(({ network_id }) => network_id === id))
  if (guest !== undefined)
    throw refused(what, `${guest.name}, of which Neutron does not know, stands on it.`)
}

/** `AUTO_DELETE_PORT_OWNERS` of neutron/common/_constants.py. */
const AUTO_DELETED: readonly string[] = ['network:dhcp', 'network:distributed']

function describe({ ports }: Cloud, { id, name, subnets }: Network): string {
  const servers = ports.filter(
    ({ network_id, device_owner }) => network_id === id && device_owner === 'network:dhcp',
  )
  const addresses = servers.flatMap(({ fixed_ips }) => fixed_ips.map(ip => ip.ip_address))
  const dhcp = servers.length === 0 ? '' : `; ${dhcpNamespace(id)} ${addresses.join(' ')}`
  return `network ${name} stands: ${subnets.map(({ cidr }) => cidr).join(', ')}${dhcp}`
}
