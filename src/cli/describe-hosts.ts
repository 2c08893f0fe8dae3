import type { AgentStates } from '../cloud/agent-states.ts'
import type { Host } from '../cloud/cloud.ts'
import type { PlannedLab } from '../plan/find-node.ts'
import { nameNamespaces } from '../plan/name-namespaces.ts'
import { openStackNamespaces } from '../plan/openstack-namespaces.ts'
import { isService, type ServiceStep, type Step } from '../plan/step.ts'
import { describeListener } from '../runtime/process/missing-listeners.ts'

/** A host as an operator wants to see it: what it is, and what is on it by plan. */
export interface HostSummary {
  readonly name: string
  readonly roles: readonly string[]
  readonly management_ip: string
  /** Null where there is but one host. */
  readonly tunnel_ip: string | null
  readonly state: 'joined' | 'isolated'
  /** OpenStack's own, those that are stopped aside. */
  readonly services: readonly string[]
  readonly stopped: readonly string[]
  readonly namespaces: readonly PlacedNamespace[]
  readonly guests: readonly PlacedGuest[]
}

export interface PlacedNamespace {
  readonly kind: string
  /** Of its network or router; of what the cloud does not have any more, the namespace's own. */
  readonly name: string
  readonly namespace: string
  readonly addresses: readonly string[]
  /** Where its metadata proxy listens. */
  readonly metadata: string | null
}

export interface PlacedGuest {
  readonly name: string
  readonly addresses: readonly string[]
}

/** The hosts of a lab, of its record alone: nothing of it is read from the machine. */
export function describeHosts(lab: PlannedLab & { readonly states: AgentStates }): HostSummary[] {
  const { cloud, plan, states } = lab
  const names = nameNamespaces(lab)
  const made = Map.groupBy(openStackNamespaces(plan.steps), ({ host }) => host)
  const steps = Map.groupBy(plan.steps, step => ('namespace' in step ? step.namespace : null))
  const services = plan.steps.filter(isService)
  return cloud.hosts.map(host => ({
    name: host.name,
    roles: host.roles,
    management_ip: withoutPrefix(host.management_cidr),
    tunnel_ip: host.tunnel_cidr === null ? null : withoutPrefix(host.tunnel_cidr),
    state: states.isolated?.includes(host.name) ? 'isolated' : 'joined',
    services: services
      .filter(step => step.host === host.name && isOpenStacks(step))
      .map(({ service }) => service),
    stopped: stoppedOn(host, states),
    namespaces: (made.get(host.name) ?? []).map(({ name, namespace }) => ({
      kind: name.replace(/-.*$/, ''),
      name: names.get(namespace) ?? name,
      namespace,
      ...contentOf(steps.get(namespace) ?? []),
    })),
    guests: cloud.guests
      .filter(guest => guest.host === host.name)
      .map(({ name, nics }) => ({
        name,
        addresses: nics.flatMap(({ fixed_ips }) => fixed_ips.map(({ ip_address }) => ip_address)),
      })),
  }))
}

/** The services on a host that an operator has stopped. */
function stoppedOn({ name }: Host, { stopped = [] }: AgentStates): string[] {
  return stopped.flatMap(unit => {
    const [service = '', host] = unit.split('@')
    return host === name ? [service] : []
  })
}

/** What systemd has on a real node; what agents start, they look after themselves. */
function isOpenStacks({ service }: ServiceStep): boolean {
  return /^(neutron|nova)-/.test(service) && !service.endsWith('-proxy')
}

function contentOf(steps: readonly Step[]): Pick<PlacedNamespace, 'addresses' | 'metadata'> {
  const proxy = steps
    .filter(isService)
    .find(({ service }) => service === 'haproxy' || service.endsWith('-proxy'))
  const [listener] = proxy?.listens ?? []
  return {
    addresses: steps
      .flatMap(step => (step.kind === 'ip' ? (step.expects.addresses ?? []) : []))
      .map(({ address }) => withoutPrefix(address))
      .filter(address => !/^(169\.254\.|fe80:)/.test(address)),
    metadata: listener === undefined ? null : describeListener(listener).replace(/^\w+ /, ''),
  }
}

function withoutPrefix(cidr: string): string {
  return cidr.replace(/\/.*$/, '')
}
