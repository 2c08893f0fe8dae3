import type { Cloud } from '../cloud/cloud.ts'
import type { LabRecord } from '../lab/record.ts'
import type { ProcessIdentity } from '../linux/process-table.ts'
import { proxyOfDhcpNamespace } from '../neutron/metadata-decisions.ts'
import { guestNamespace } from '../plan/names.ts'
import type { Plan, ServiceStep } from '../plan/step.ts'
import { findService } from '../runtime/process/find-service.ts'

/** What a change did to a service. */
export interface Effect {
  readonly name: string
  readonly service: ServiceStep['service']
  readonly did: 'started' | 'stopped' | 'restarted' | 'reloaded'
  /** Null where it says nothing to an operator: the supervisor's, and what comes and goes with its guest. */
  readonly text: string | null
}

type Running = ReadonlyMap<string, ProcessIdentity>

/** The services of a plan that run, by name. */
export function runningOf({ steps }: Plan): Running {
  return new Map(
    steps.flatMap(step => {
      const found = step.kind === 'service' ? findService(step) : null
      return step.kind !== 'service' || found === null ? [] : [[step.name, found] as const]
    }),
  )
}

interface Changed {
  readonly before: LabRecord
  readonly after: LabRecord
  readonly ran: Running
  readonly runs: Running
  /** Names of services that the change has come to. */
  readonly reached: ReadonlySet<string>
}

/** What a change did to the services of a lab, told by their processes. */
export function describeEffects({ before, after, ran, runs, reached }: Changed): Effect[] {
  const stopped = servicesOf(before).filter(({ name }) => ran.has(name) && !runs.has(name))
  const running = servicesOf(after).filter(({ name }) => runs.has(name))
  return [
    ...stopped.map(step => effectOf(step, 'stopped', before.cloud, after.cloud)),
    ...running.flatMap(step => {
      const was = ran.get(step.name)
      if (was === undefined) return [effectOf(step, 'started', before.cloud, after.cloud)]
      const is = runs.get(step.name)
      const isSame = was.pid === is?.pid && was.startTime === is.startTime
      if (isSame && !reached.has(step.name)) return []
      return [effectOf(step, isSame ? 'reloaded' : 'restarted', before.cloud, after.cloud)]
    }),
  ]
}

function servicesOf({ plan }: LabRecord): ServiceStep[] {
  return plan.steps.filter(step => step.kind === 'service')
}

function effectOf(step: ServiceStep, did: Effect['did'], before: Cloud, after: Cloud): Effect {
  const { name, service } = step
  const [own, other] = did === 'stopped' ? [before, after] : [after, before]
  const who = isOfGuest(step, own) && !isOfGuest(step, other) ? null : whoIs(step, own)
  const text = who === null ? null : `${who} ${words[did]}${whyOf(step, did, after)}`
  return { name, service, did, text }
}

const words = {
  started: 'started',
  stopped: 'stopped',
  restarted: 'started anew',
  reloaded: 'read its files again',
}

function isOfGuest({ namespace }: ServiceStep, cloud: Cloud): boolean {
  return cloud.guests.some(guest => guestNamespace(cloud, guest) === namespace)
}

function whoIs(step: ServiceStep, cloud: Cloud): string | null {
  const { service, namespace, name } = step
  switch (service) {
    case 'supervisor':
      return null
    case 'dnsmasq':
      return `dnsmasq of ${describeNetwork(step, cloud)}`
    case 'haproxy':
    case 'neutron-ns-metadata-proxy':
      return `the proxy in ${namespace}`
    case 'radvd':
      return `radvd in ${namespace}`
    default:
      return name
  }
}

/** With its host where several serve it, as namespaces are named. */
function describeNetwork(step: ServiceStep, cloud: Cloud): string | null {
  const network = networkOf(step, cloud)
  const [, host] = step.namespace?.split('@') ?? []
  if (network === undefined) return step.namespace
  return host === undefined ? network.name : `${network.name}@${host}`
}

function networkOf({ namespace }: ServiceStep, { networks }: Cloud) {
  return networks.find(({ id }) => namespace?.includes(id))
}

/** Neutron's own reason, where a network's proxy comes or goes while the network stays. */
function whyOf(step: ServiceStep, did: Effect['did'], after: Cloud): string {
  const isProxy = step.service === 'haproxy' || step.service === 'neutron-ns-metadata-proxy'
  const network = networkOf(step, after)
  if (!isProxy || (did !== 'started' && did !== 'stopped') || network === undefined) return ''
  if (!step.namespace?.startsWith('qdhcp-')) return ''
  return `: ${proxyOfDhcpNamespace(after, network).why}`
}
