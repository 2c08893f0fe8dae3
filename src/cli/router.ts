import type { Cloud, Port, Router, Subnet } from '../cloud/cloud.ts'
import type { LabRecord } from '../lab/record.ts'
import { routerGatewayDevice, routerInterfaceDevice, routerNamespace } from '../neutron/names.ts'
import { addInterface, addRouter, removeRouter } from '../topology/edit/edit-routers.ts'
import { parseAddress } from '../topology/ip.ts'
import { type ChangeOptions, changeLab } from './change-lab.ts'
import { checkNewName } from './check-new-name.ts'
import { asTypedWords } from './explain-mistakes.ts'
import { findNetwork, findRouter, findSubnet, subnetName } from './find-resources.ts'
import type { GlobalOptions } from './pick-lab.ts'
import type { Change } from './read-change.ts'
import { refused, refusedOption } from './refused.ts'
import { refuseSubnet, withoutSubnet } from './router-interfaces.ts'

interface RouterOptions {
  readonly externalGateway?: string
  readonly host?: string
}

/** `lab router add NAME`: `openstack router create`. */
export async function add(
  name: string,
  options: ChangeOptions & RouterOptions,
  globals: GlobalOptions,
): Promise<void> {
  await changeLab(routerAddition(name, options), options, globals)
}

/** What `lab router add` changes. */
export function routerAddition(name: string, { externalGateway, host }: RouterOptions): Change {
  const path = ['routers', name]
  return {
    words: ['router', 'add', name],
    what: `add router ${asTypedWords(name)}`,
    typed: [
      { path, words: asTypedWords(name) },
      {
        path: [...path, 'external_gateway'],
        words: asTypedWords('--external-gateway', externalGateway ?? ''),
      },
      { path: [...path, 'host'], words: asTypedWords('--host', host ?? '') },
    ],
    edit: ({ cloud, kept }) => {
      checkNewName(cloud, 'router', name)
      return addRouter(kept.text, name, {
        ...(externalGateway === undefined
          ? {}
          : { external_gateway: findNetwork(cloud, externalGateway).name }),
        ...(host === undefined ? {} : { host }),
      })
    },
    tell: (_, { cloud }) => [describeRouter(cloud, findRouter(cloud, name))],
  }
}

/** `lab router remove NAME`: `openstack router delete`. */
export async function remove(
  name: string,
  options: ChangeOptions,
  globals: GlobalOptions,
): Promise<void> {
  await changeLab(
    {
      words: ['router', 'remove', name],
      what: `remove router ${asTypedWords(name)}`,
      edit: ({ cloud, kept }) => {
        const router = findRouter(cloud, name)
        refuseRouterInUse(cloud, router)
        return removeRouter(kept.text, router.name)
      },
      tell: ({ cloud }) => {
        const router = findRouter(cloud, name)
        return [`router ${router.name} is gone: ${routerNamespace(router.id)}`]
      },
    },
    options,
    globals,
  )
}

/** `lab router add-subnet ROUTER SUBNET`: `openstack router add subnet`. */
export async function addSubnet(
  routerName: string,
  subnetWord: string,
  options: ChangeOptions & SubnetOptions,
  globals: GlobalOptions,
): Promise<void> {
  await changeLab(subnetAddition(routerName, subnetWord, options), options, globals)
}

interface SubnetOptions {
  readonly fixedIp?: string
}

/** What `lab router add-subnet` changes. What is wrong with routers is of the interface that is added. */
export function subnetAddition(
  routerName: string,
  subnetWord: string,
  { fixedIp }: SubnetOptions,
): Change {
  const option = fixedIp === undefined ? [] : ['--fixed-ip', fixedIp]
  const what = `add subnet ${asTypedWords(subnetWord)} to router ${asTypedWords(routerName)}`
  return {
    words: ['router', 'add-subnet', routerName, subnetWord],
    what,
    typed: [{ path: ['routers'], words: asTypedWords(subnetWord, ...option) }],
    edit: ({ cloud, kept }) => {
      const router = findRouter(cloud, routerName)
      const subnet = findSubnet(cloud, subnetWord)
      if (fixedIp !== undefined && parseAddress(fixedIp) === undefined)
        throw refusedOption(what, `--fixed-ip ${asTypedWords(fixedIp)} is no IP address`)
      refuseSubnet(cloud, router, subnet, fixedIp)
      return addInterface(kept.text, router.name, {
        ...interfaceOn(cloud, subnet),
        ...(fixedIp === undefined ? {} : { fixed_ip: fixedIp }),
      })
    },
    tell: ({ cloud: before }, { cloud }) => {
      const router = findRouter(cloud, routerName)
      const subnet = findSubnet(before, subnetWord)
      return [describeInterface(cloud, router, subnet)]
    },
  }
}

/** `lab router remove-subnet ROUTER SUBNET`: `openstack router remove subnet`. */
export async function removeSubnet(
  routerName: string,
  subnetWord: string,
  options: ChangeOptions,
  globals: GlobalOptions,
): Promise<void> {
  const find = ({ cloud }: Pick<LabRecord, 'cloud'>) => ({
    router: findRouter(cloud, routerName),
    subnet: findSubnet(cloud, subnetWord),
  })
  await changeLab(
    {
      words: ['router', 'remove-subnet', routerName, subnetWord],
      what: `remove subnet ${asTypedWords(subnetWord)} from router ${asTypedWords(routerName)}`,
      edit: standing => {
        const { router, subnet } = find(standing)
        return withoutSubnet(standing, router, subnet)
      },
      tell: before => {
        const { router, subnet } = find(before)
        return [`${router.name} is no longer on ${subnetName(subnet)}`]
      },
    },
    options,
    globals,
  )
}

/** A network's only subnet needs no words. */
function interfaceOn(cloud: Cloud, subnet: Subnet) {
  const network = findNetwork(cloud, subnet.network_id)
  const isOnly = network.subnets.length === 1 && subnet.gateway_ip !== null
  return { network: network.name, ...(isOnly ? {} : { subnet: subnet.cidr }) }
}

/** `delete_router` of neutron/db/l3_db.py: 409 Conflict, but for the gateway's port. */
function refuseRouterInUse({ ports }: Cloud, { id, name }: Router): void {
  const attached = ports.filter(
    port => port.device_id === id && port.device_owner === 'network:router_interface',
  )
  if (attached.length === 0) return
  const ids = attached.map(port => port.id).join(', ')
  throw refused(
    `remove router ${name}`,
    `Router ${id} has ports still attached: ${ids} (409 Conflict)`,
    `\`lab router remove-subnet ${name} …\` takes them away.`,
  )
}

function describeRouter({ networks, ports }: Cloud, { id, name }: Router): string {
  const gateway = ports.find(
    port => port.device_id === id && port.device_owner === 'network:router_gateway',
  )
  const network = networks.find(candidate => candidate.id === gateway?.network_id)
  const outside =
    gateway === undefined
      ? ''
      : `, ${routerGatewayDevice(gateway.id)} ${addressesOf(gateway)} on ${network?.name}`
  return `router ${name} stands: ${routerNamespace(id)}${outside}`
}

function describeInterface({ ports }: Cloud, router: Router, subnet: Subnet): string {
  const port = ports.find(
    ({ device_id, fixed_ips }) =>
      device_id === router.id && fixed_ips.some(({ subnet_id }) => subnet_id === subnet.id),
  )
  const address = port?.fixed_ips.find(({ subnet_id }) => subnet_id === subnet.id)?.ip_address
  return `${router.name} is on ${subnetName(subnet)}: ${routerInterfaceDevice(port?.id ?? '')} ${address}`
}

function addressesOf({ fixed_ips }: Port): string {
  return fixed_ips.map(({ ip_address }) => ip_address).join(' ')
}
