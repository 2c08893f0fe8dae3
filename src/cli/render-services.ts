import type { ChalkInstance } from 'chalk'
import type { ServiceHistory } from '../runtime/service-history.ts'
import { asTyped } from './command-name.ts'
import { alignColumns } from './print.ts'

/** A service as it is found. */
export interface ServiceRow {
  readonly name: string
  readonly service: string
  /** The host that it is on, which names the supervisor alone for want of another. */
  readonly host: string
  /** The network, router or guest that it is for; null where it is for the host. */
  readonly of: string | null
  /** Null for the machine's own. */
  readonly namespace: string | null
  readonly pid: number | null
  readonly listens: readonly string[]
  /** Null for a process. */
  readonly container: string | null
  readonly history: ServiceHistory | null
}

interface HostState {
  readonly name: string
  readonly state: 'joined' | 'isolated'
  readonly stopped: readonly string[]
}

/** The services of a lab, by host where it has several; those of one kind that are well in a line where they are many. */
export function renderServices(
  services: readonly ServiceRow[],
  hosts: readonly HostState[],
  color: ChalkInstance,
): string[] {
  const labs = services.filter(({ service }) => service === 'supervisor')
  const placed = services.filter(({ service }) => service !== 'supervisor')
  const groups = [
    ...hosts.map(host => {
      const rows = rowsOf(placed.filter(row => row.host === host.name))
      return { host, rows: [...rows, ...host.stopped.map(name => [`  ${name}`, '', 'stopped'])] }
    }),
    { host: null, rows: rowsOf(labs) },
  ].filter(({ host, rows }) => rows.length > 0 || host?.state === 'isolated')
  const lines = alignColumns(groups.flatMap(({ rows }) => rows)).values()
  if (hosts.length === 1) return ['', ...lines]
  return groups.flatMap(({ host, rows }) => [
    '',
    ...(host === null ? [] : [headOf(host, color)]),
    ...lines.take(rows.length),
  ])
}

function headOf({ name, state }: HostState, color: ChalkInstance): string {
  return state === 'isolated' ? `${color.bold(name)}  ${color.yellow(state)}` : color.bold(name)
}

function rowsOf(services: readonly ServiceRow[]): string[][] {
  return [...Map.groupBy(services, ({ service }) => service)].flatMap(([service, rows]) => {
    const isLong = rows.length > MOST_ROWS
    const well = isLong ? rows.filter(row => row.pid !== null && describeHistory(row) === '') : []
    const others = rows.filter(row => !well.includes(row))
    const summary = [`  ${service}`, `${well.length} of ${rows.length}`, 'running']
    return [...(isLong ? [summary] : []), ...others.map(describeRow)]
  })
}

/** Of one kind on one host. */
const MOST_ROWS = 6

function describeRow(row: ServiceRow): string[] {
  const state = row.pid === null ? 'down' : `pid ${row.pid}`
  return [`  ${row.service}`, whose(row), state, describeHistory(row)]
}

/** `private`; of a guest's DHCP client, with the device: `vm1 eth0`. */
function whose({ service, name, of }: ServiceRow): string {
  if (of === null) return ''
  const begin = `${service}-${of}-`
  return name.startsWith(begin) ? `${of} ${name.slice(begin.length)}` : of
}

function describeHistory({ history, pid, service, container }: ServiceRow): string {
  if (pid === null && history?.lastError) {
    const [words] = history.lastError.split('\n')
    // What an engine itself could not do is in no log of the service.
    const told = container === null ? '' : ` (${words})`
    return asTyped(`cannot be started again: \`lab logs ${service}\`${told}`)
  }
  if (history === null || history.restarts === 0) return ''
  const times = history.restarts === 1 ? 'once' : `${history.restarts} times`
  return `died and was put back ${times}, last at ${history.lastRestartAt}`
}
