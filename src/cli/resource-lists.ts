import type { Cloud } from '../cloud/cloud.ts'
import type { Instance } from '../cloud/instance.ts'
import {
  dictOfListsCell,
  drawJson,
  drawTable,
  listCell,
  type Row,
  textCell,
} from './client-table.ts'
import { type GlobalOptions, pickRecord } from './pick-lab.ts'
import { requireRoot } from './require-root.ts'

interface ListOptions {
  readonly json?: true
}

/** `lab network list`: `openstack network list`, openstackclient/network/v2/network.py. */
export function networkList(options: ListOptions, globals: GlobalOptions): void {
  list(options, globals, ['ID', 'Name', 'Subnets'], ({ networks }) =>
    byId(networks).map(({ id, name, subnets }) => ({
      ID: textCell(id),
      Name: textCell(name),
      Subnets: listCell(subnets.map(subnet => subnet.id)),
    })),
  )
}

/** `lab subnet list`: `openstack subnet list`, openstackclient/network/v2/subnet.py. */
export function subnetList(options: ListOptions, globals: GlobalOptions): void {
  list(options, globals, ['ID', 'Name', 'Network', 'Subnet'], ({ networks }) =>
    byId(networks.flatMap(({ subnets }) => subnets)).map(({ id, name, network_id, cidr }) => ({
      ID: textCell(id),
      Name: textCell(name),
      Network: textCell(network_id),
      Subnet: textCell(cidr),
    })),
  )
}

/** `lab router list`: `openstack router list`, openstackclient/network/v2/router.py, as who is no administrator sees it. */
export function routerList(options: ListOptions, globals: GlobalOptions): void {
  list(options, globals, ['ID', 'Name', 'Status', 'State', 'Project'], ({ routers }) =>
    byId(routers).map(({ id, name, project_id }) => ({
      ID: textCell(id),
      Name: textCell(name),
      Status: textCell('ACTIVE'),
      State: { text: 'UP', value: true },
      Project: textCell(project_id),
    })),
  )
}

/** `lab instance list`: `openstack server list`, openstackclient/compute/v2/server.py; Nova has the newest first. */
export function instanceList(options: ListOptions, globals: GlobalOptions): void {
  const columns = ['ID', 'Name', 'Status', 'Networks', 'Image', 'Flavor']
  list(options, globals, columns, cloud =>
    cloud.instances
      .toSorted((one, other) => other.ec2_id - one.ec2_id)
      .map(instance => ({
        ID: textCell(instance.id),
        Name: textCell(instance.display_name),
        Status: textCell('ACTIVE'),
        Networks: dictOfListsCell(addressesOf(cloud, instance)),
        // Images have no names in a lab.
        Image: textCell(instance.image_id === null ? 'N/A (booted from volume)' : ''),
        Flavor: textCell(instance.flavor),
      })),
  )
}

function list(
  options: ListOptions,
  globals: GlobalOptions,
  columns: readonly string[],
  rowsOf: (cloud: Cloud) => Row[],
): void {
  requireRoot()
  const rows = rowsOf(pickRecord(undefined, globals).cloud)
  process.stdout.write(options.json ? drawJson(columns, rows) : drawTable(columns, rows))
}

function byId<Resource extends { readonly id: string }>(resources: readonly Resource[]) {
  return resources.toSorted((one, other) => (one.id < other.id ? -1 : 1))
}

function addressesOf({ networks, ports }: Cloud, { port_ids }: Instance) {
  const own = ports.filter(({ id }) => port_ids.includes(id))
  return Object.fromEntries(
    networks.flatMap(({ id, name }) => {
      const addresses = own
        .filter(({ network_id }) => network_id === id)
        .flatMap(({ fixed_ips }) => fixed_ips.map(({ ip_address }) => ip_address))
      return addresses.length === 0 ? [] : [[name, addresses]]
    }),
  )
}
