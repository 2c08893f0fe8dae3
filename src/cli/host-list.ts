import { describeHosts, type HostSummary } from './describe-hosts.ts'
import { count } from './describe-size.ts'
import { type GlobalOptions, pickRecord } from './pick-lab.ts'
import { alignColumns, print } from './print.ts'
import { requireRoot } from './require-root.ts'

/** `lab host list`: the hosts of a lab, their addresses and states, and what is on each. */
export function hostList(options: { readonly json?: true }, globals: GlobalOptions): void {
  requireRoot()
  const hosts = describeHosts(pickRecord(undefined, globals))
  print(options.json ? JSON.stringify(hosts, null, 2) : table(hosts))
}

function table(hosts: readonly HostSummary[]): string {
  const head = ['NAME', 'ROLES', 'MANAGEMENT', 'TUNNELS', 'STATE', 'RUNS']
  const rows = hosts.map(host => [
    host.name,
    host.roles.join(','),
    host.management_ip,
    host.tunnel_ip ?? '',
    host.state,
    contentOf(host),
  ])
  return alignColumns([head, ...rows]).join('\n')
}

/** `neutron-dhcp-agent, neutron-l3-agent (stopped), 20 qdhcp, 1 qrouter, 3 guests` */
function contentOf({ services, stopped, namespaces, guests }: HostSummary): string {
  const kinds = Map.groupBy(namespaces, ({ kind }) => kind)
  return [
    ...new Set(services),
    ...stopped.map(service => `${service} (stopped)`),
    ...Array.from(kinds, ([kind, all]) => `${all.length} ${kind}`),
    ...(guests.length === 0 ? [] : [count(guests.length, 'guest')]),
  ].join(', ')
}
