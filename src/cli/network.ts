import type { Cloud, Network } from '../cloud/cloud.ts'
import { LabError } from '../lab/lab-error.ts'
import { dhcpNamespace } from '../neutron/names.ts'
import { addNetwork, type NewNetwork, removeNetwork } from '../topology/edit/edit-networks.ts'
import { contains, parseAddress, parseCidr } from '../topology/ip.ts'
import { type ChangeOptions, changeLab } from './change-lab.ts'
import { findNetwork } from './find-resources.ts'
import type { GlobalOptions } from './pick-lab.ts'
import { refused } from './refused.ts'

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
  await changeLab(
    {
      words: ['network', 'add', name],
      edit: ({ cloud, kept }) => {
        if (cloud.networks.some(network => network.name === name))
          throw refused(`add network ${name}`, `Lab ${cloud.lab} has a network ${name} already.`)
        return addNetwork(kept.text, name, writeNetwork(name, options))
      },
      tell: (_, { cloud }) => [describe(cloud, findNetwork(cloud, name))],
    },
    options,
    globals,
  )
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

/** A gateway is of the subnet that holds it; a name server, of the subnets of its IP version. */
export function writeNetwork(name: string, options: NetworkOptions): NewNetwork {
  const { gateway, dhcp, dnsNameserver = [], mtu, external } = options
  if (mtu !== undefined && !/^\d+$/.test(mtu))
    throw new LabError(`--mtu ${mtu} is no number of bytes`, { exitCode: 2 })
  const address = gateway === undefined || gateway === 'none' ? undefined : parseAddress(gateway)
  const subnets = options.subnet.map((cidr, index) => {
    const range = parseCidr(cidr)
    const isHolder = range !== undefined && address !== undefined && contains(range, address)
    const servers = dnsNameserver.filter(
      server => range === undefined || parseAddress(server)?.version === range.version,
    )
    return {
      name: options.subnet.length === 1 ? `${name}-subnet` : `${name}-subnet-${index + 1}`,
      cidr,
      ...(gateway === 'none' ? { gateway_ip: null } : {}),
      ...(isHolder && gateway !== undefined ? { gateway_ip: gateway } : {}),
      ...(dhcp ? {} : { enable_dhcp: false }),
      ...(servers.length === 0 ? {} : { dns_nameservers: servers }),
      isHolder,
    }
  })
  if (gateway !== undefined && gateway !== 'none' && !subnets.some(({ isHolder }) => isHolder))
    throw new LabError(`--gateway ${gateway} is no address of ${options.subnet.join(' or ')}`, {
      exitCode: 2,
    })
  return {
    ...(external === undefined ? {} : { external }),
    ...(mtu === undefined ? {} : { mtu: Number(mtu) }),
    subnets: subnets.map(({ isHolder: _, ...subnet }) => subnet),
  }
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
