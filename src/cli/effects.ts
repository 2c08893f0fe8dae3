import { agentKey } from '../cloud/agent-states.ts'
import type { Cloud } from '../cloud/cloud.ts'
import type { LabRecord } from '../lab/record.ts'
import type { ProcessIdentity } from '../linux/process-table.ts'
import { isAlike } from '../neutron/is-alike.ts'
import { type ProxyDecision, proxyOfDhcpNamespace } from '../neutron/metadata-decisions.ts'
import { guestNamespace } from '../plan/names.ts'
import type { Plan, ServiceStep } from '../plan/step.ts'
import { METADATA_PROXIES } from '../plan/watchers.ts'
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

/**
 * What a change did to the services of a lab, told by their processes. A proxy that goes by another id from now on is
 * another process, and told of once: as begun anew.
 */
export function describeEffects({ before, after, ran, runs, reached }: Changed): Effect[] {
  const stopped = servicesOf(before).filter(({ name }) => ran.has(name) && !runs.has(name))
  const running = servicesOf(after).filter(({ name }) => runs.has(name))
  const started = running.filter(({ name }) => !ran.has(name))
  const isReplaced = (step: ServiceStep) => started.some(other => isProxyInPlaceOf(other, step))
  const isReplacing = (step: ServiceStep) => stopped.some(other => isProxyInPlaceOf(step, other))
  const effectOf = (step: ServiceStep, did: Effect['did'], told = did): Effect => {
    const { name, service } = step
    return { name, service, did, text: textOf(step, told, before, after) }
  }
  return [
    ...stopped.map(step =>
      isReplaced(step) ? { ...effectOf(step, 'stopped'), text: null } : effectOf(step, 'stopped'),
    ),
    ...running.flatMap(step => {
      const was = ran.get(step.name)
      if (was === undefined)
        return [effectOf(step, 'started', isReplacing(step) ? 'restarted' : 'started')]
      const is = runs.get(step.name)
      const isSame = was.pid === is?.pid && was.startTime === is.startTime
      if (isSame && !reached.has(step.name)) return []
      return [effectOf(step, isSame ? 'reloaded' : 'restarted')]
    }),
  ]
}

function isProxyInPlaceOf(step: ServiceStep, other: ServiceStep): boolean {
  return isProxy(step) && isProxy(other) && step.namespace === other.namespace
}

function isProxy({ service }: ServiceStep): boolean {
  return METADATA_PROXIES.includes(service)
}

function servicesOf({ plan }: LabRecord): ServiceStep[] {
  return plan.steps.filter(step => step.kind === 'service')
}

function textOf(
  step: ServiceStep,
  did: Effect['did'],
  before: LabRecord,
  after: LabRecord,
): string | null {
  const [own, other] = did === 'stopped' ? [before.cloud, after.cloud] : [after.cloud, before.cloud]
  const who = isOfGuest(step, own) && !isOfGuest(step, other) ? null : whoIs(step, own)
  return who === null ? null : `${who} ${words[did]}${whyOf(step, did, before, after)}`
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

/** Neutron's own reason, where a network's proxy comes or goes while the network stays, or asks as another. */
function whyOf(step: ServiceStep, did: Effect['did'], before: LabRecord, after: LabRecord): string {
  if (!isProxy(step) || !step.namespace?.startsWith('qdhcp-')) return ''
  const [was, is] = [decisionOn(step, before), decisionOn(step, after)]
  if (is === null) return ''
  if (did === 'started' || did === 'stopped') return `: ${is.why}`
  if (was === null || isAlike(was.sends, is.sends)) return ''
  return `: it asks as ${describeSender(is.sends, after.cloud)} now`
}

/** By what its agent knows. */
function decisionOn(step: ServiceStep, { cloud, states }: LabRecord): ProxyDecision | null {
  const known = states.known?.[agentKey('neutron-dhcp-agent', step.host)] ?? cloud
  const network = networkOf(step, known)
  return network === undefined ? null : proxyOfDhcpNamespace(known, network)
}

function describeSender({ header, id }: ProxyDecision['sends'], cloud: Cloud): string {
  const resources = header === 'router' ? cloud.routers : cloud.networks
  return `${header} ${resources.find(resource => resource.id === id)?.name ?? id}`
}
