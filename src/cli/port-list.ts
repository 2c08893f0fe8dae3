import type { Cloud, Port } from '../cloud/cloud.ts'
import { deriveId } from '../cloud/derive-id.ts'
import { asOfThisBoot, readJournal } from '../lab/journal.ts'
import { observe } from '../lab/observe.ts'
import { stepIds } from '../plan/names.ts'
import type { Step } from '../plan/step.ts'
import {
  type Cell,
  dictsCell,
  drawJson,
  drawTable,
  listCell,
  type Row,
  textCell,
} from './client-table.ts'
import { findInstance, findNetwork, findRouter } from './find-resources.ts'
import { type GlobalOptions, pickRecord } from './pick-lab.ts'
import { requireRoot } from './require-root.ts'

export interface PortListOptions {
  readonly network?: string
  readonly server?: string
  readonly router?: string
  readonly deviceOwner?: string
  readonly host?: string
  readonly long?: true
  readonly json?: true
}

/** `lab port list`: what `openstack port list` prints of the lab. */
export async function portList(options: PortListOptions, globals: GlobalOptions): Promise<void> {
  requireRoot()
  const { lab, cloud, plan } = pickRecord(undefined, globals)
  const ports = selectPorts(cloud, options)
  const wired = await findWired(lab, ports, plan.steps)
  const rows = ports.map(port => rowOf(cloud, port, wired.has(port.id)))
  const columns = [...COLUMNS, ...(options.long ? LONG_COLUMNS : [])]
  process.stdout.write(options.json ? drawJson(columns, rows) : drawTable(columns, rows))
}

/** `ListPort` of python-openstackclient, openstackclient/network/v2/port.py. */
const COLUMNS = ['ID', 'Name', 'MAC Address', 'Fixed IP Addresses', 'Status']
const LONG_COLUMNS = ['Security Groups', 'Device Owner', 'Tags']

/** Those that are asked for, in the order of Neutron's API: by id. Throws LabError for unknown names. */
export function selectPorts(cloud: Cloud, options: PortListOptions): Port[] {
  const { network, server, router, deviceOwner, host } = options
  const networkId = network === undefined ? null : findNetwork(cloud, network).id
  const deviceIds = [
    ...(server === undefined ? [] : [findInstance(cloud, server).id]),
    ...(router === undefined ? [] : [findRouter(cloud, router).id]),
  ]
  return cloud.ports
    .filter(
      port =>
        (networkId === null || port.network_id === networkId) &&
        deviceIds.every(id => port.device_id === id) &&
        (deviceOwner === undefined || port.device_owner === deviceOwner) &&
        (host === undefined || port['binding:host_id'] === host),
    )
    .toSorted((one, other) => (one.id < other.id ? -1 : 1))
}

/** A port as Neutron's API would give it to openstackclient. */
export function rowOf(cloud: Cloud, port: Port, isWired: boolean): Row {
  return {
    ID: textCell(port.id),
    Name: textCell(port.name),
    'MAC Address': textCell(port.mac_address),
    'Fixed IP Addresses': dictsCell(
      port.fixed_ips.map(({ subnet_id, ip_address }) => ({ subnet_id, ip_address })),
    ),
    Status: textCell(statusOf(port, isWired)),
    'Security Groups': securityGroupsOf(cloud, port),
    'Device Owner': textCell(port.device_owner),
    Tags: listCell([]),
  }
}

/** A floating IP's port is bound to nothing, and is N/A in Neutron: `PORT_STATUS_NOTAPPLICABLE`, neutron/db/l3_db.py. */
function statusOf(port: Port, isWired: boolean): string {
  if (port.device_owner === 'network:floatingip') return 'N/A'
  return isWired && port['binding:host_id'] !== '' ? 'ACTIVE' : 'DOWN'
}

/** By id, which a lab derives from the name, for Nova has names alone; agents' and routers' ports have none. */
function securityGroupsOf({ lab, instances }: Cloud, port: Port): Cell {
  const names = instances.find(({ port_ids }) => port_ids.includes(port.id))?.security_groups ?? []
  return listCell(names.map(name => deriveId(lab, `security_group/${port.project_id}/${name}`)))
}

/** The ports whose links stand on the bridges of their hosts. */
async function findWired(
  lab: string,
  ports: readonly Port[],
  steps: readonly Step[],
): Promise<ReadonlySet<string>> {
  const links = new Map(ports.map(({ id }) => [stepIds.link(id), id]))
  const isNeeded = (step: Step) => step.kind === 'netns' || links.has(step.id)
  const { differences } = await observe(steps.filter(isNeeded), asOfThisBoot(readJournal(lab)))
  return new Set(
    [...links].flatMap(([step, port]) => (differences.get(step)?.length === 0 ? [port] : [])),
  )
}
