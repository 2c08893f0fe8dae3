import type { ChalkInstance } from 'chalk'
import type { HostSummary, PlacedNamespace } from './describe-hosts.ts'
import { alignColumns } from './print.ts'
import { shortenList } from './shorten-list.ts'

/** Hosts with what is on them, in few lines however much that is. */
export function renderHosts(hosts: readonly HostSummary[], color: ChalkInstance): string[] {
  const shown = hosts.slice(0, MOST_HOSTS)
  const rest = hosts.length - shown.length
  return [
    ...shown.flatMap(host => ['', renderHead(host, color), ...renderContent(host, color)]),
    ...(rest === 0 ? [] : ['', `… and ${rest} more hosts`]),
  ]
}

function renderHead(host: HostSummary, color: ChalkInstance): string {
  const { name, roles, management_ip, tunnel_ip, state } = host
  const places = tunnel_ip === null ? management_ip : `${management_ip}, tunnels ${tunnel_ip}`
  const about = roles.length === 1 && roles[0] === name ? places : `${roles.join(', ')}  ${places}`
  const cut = state === 'isolated' ? `  ${color.yellow('isolated')}` : ''
  return `${color.bold(name)}  ${color.dim(about)}${cut}`
}

function renderContent(
  { services, stopped, namespaces, guests }: HostSummary,
  color: ChalkInstance,
): string[] {
  const running = [...new Set(services)].join('  ')
  const rows = [...Map.groupBy(namespaces, ({ kind }) => kind)].flatMap(([kind, all]) =>
    rowsOf(kind, all, color),
  )
  const people = guests.map(({ name, addresses: [address] }) =>
    address === undefined ? name : `${name} ${address}`,
  )
  return [
    ...(running === '' ? [] : [`  ${running}`]),
    ...(stopped.length === 0 ? [] : [`  ${color.yellow(`stopped: ${stopped.join(', ')}`)}`]),
    ...alignColumns(rows),
    ...(people.length === 0 ? [] : [`  ${shortenList(people, MOST_GUESTS)}`]),
  ]
}

function rowsOf(kind: string, all: readonly PlacedNamespace[], color: ChalkInstance): string[][] {
  const shown = all.length <= MOST_ROWS + 1 ? all : all.slice(0, MOST_ROWS)
  const rest = all.length - shown.length
  const rows = shown.map(({ name, addresses, metadata }) => [
    `  ${kind}`,
    name,
    shortenList(addresses, MOST_ADDRESSES),
    metadata === null ? '' : color.cyan(`metadata ${metadata}`),
  ])
  return rest === 0 ? rows : [...rows, [`  ${kind}`, `… and ${rest} more`, '', '']]
}

/** A terminal has 24 lines at least, and the guest's metadata comes after. */
const MOST_HOSTS = 8
const MOST_ROWS = 3
const MOST_ADDRESSES = 3
const MOST_GUESTS = 4
