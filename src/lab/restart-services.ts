import { agentKey } from '../cloud/agent-states.ts'
import { gatherFacts } from '../linux/gather-facts.ts'
import type { ProcessIdentity } from '../linux/process-table.ts'
import { agentsOn } from '../plan/agent-steps.ts'
import { isContained, isService, type ServiceStep } from '../plan/step.ts'
import { watcherOf } from '../plan/watchers.ts'
import { findService } from '../runtime/process/find-service.ts'
import { restartService } from '../runtime/restart-service.ts'
import { changeStates, type HostAgent } from './change-states.ts'
import { LabError } from './lab-error.ts'
import { type LabRecord, upCommandOf } from './record.ts'
import { writtenNow } from './written-now.ts'

export interface Restarted {
  readonly name: string
  /** Null for an agent that is no process. */
  readonly pid: number | null
}

/**
 * Stops services and starts them again: services by the operator's name (`haproxy`, `nova-api-metadata`), those of a host
 * (`haproxy@network1`), one by its own (`haproxy-<network id>`), an agent on all hosts (`neutron-dhcp-agent`) or on one
 * (`neutron-dhcp-agent@network1`), which then synchronizes. The caller holds the lab's lock, under which nobody takes a stop
 * for a death. What an abort leaves down its watcher puts back. Gives those that serve again; none for an unknown name. Throws
 * the signal's reason.
 */
export async function restartServices(
  record: LabRecord,
  wanted: string,
  signal: AbortSignal,
): Promise<Restarted[]> {
  const agents = agentsOf(record).filter(({ agent, host }) =>
    [agent, agentKey(agent, host)].includes(wanted),
  )
  if (agents.length > 0) return await restartAgents(record, agents, signal)
  const isWanted = (step: ServiceStep) => isCalled(step, wanted)
  const running = servicesOf(record).filter(isWanted)
  const restarted: Restarted[] = []
  const outdated = writtenNow(record, gatherFacts(record.containers), running)
  const staying = running.filter(({ id }) => outdated.has(id))
  for (const service of running.filter(one => !staying.includes(one))) {
    signal.throwIfAborted()
    const { pid } = await restart(service, record, signal)
    restarted.push({ name: service.name, pid })
  }
  const after = await beginAsWanted(record, staying, wanted, signal)
  const begun = servicesOf(after).filter(
    step => isWanted(step) && !restarted.some(({ name }) => name === step.name),
  )
  return [
    ...restarted,
    ...begun.map(step => ({ name: step.name, pid: findService(step)?.pid ?? null })),
  ]
}

/**
 * What was stopped is started, as `systemctl restart` does it. What an agent leaves as it is while it runs begins with what
 * the agent would write for it now.
 */
async function beginAsWanted(
  record: LabRecord,
  staying: readonly ServiceStep[],
  wanted: string,
  signal: AbortSignal,
): Promise<LabRecord> {
  const { stopped = [] } = record.states
  const rest = stopped.filter(unit => !isNamed(unit, wanted))
  if (staying.length === 0 && rest.length === stopped.length) return record
  const states = { ...record.states, stopped: rest }
  const anew = staying.map(({ id }) => id)
  return (await changeStates(record, { states, anew, signal })).record
}

/** A unit, `nova-api-metadata@controller`, by its name or its service's. */
function isNamed(unit: string, wanted: string): boolean {
  return unit === wanted || unit.split('@')[0] === wanted
}

/** Agents, and what begins anew as they do. Where an engine puts back what dies they are no processes. */
async function restartAgents(
  record: LabRecord,
  agents: readonly HostAgent[],
  signal: AbortSignal,
): Promise<Restarted[]> {
  const isTheirs = ({ service, host }: Pick<ServiceStep, 'service' | 'host'>) =>
    agents.some(one => one.agent === service && one.host === host)
  const keys = agents.map(({ agent, host }) => agentKey(agent, host))
  const ran = new Map(servicesOf(record).map(step => [step.name, findService(step)?.pid]))
  const { stopped = [] } = record.states
  const result = await changeStates(record, {
    states: { ...record.states, stopped: stopped.filter(key => !keys.includes(key)) },
    synchronizing: agents.map(agent => ({ ...agent, because: 'start' })),
    anew: servicesOf(record)
      .filter(isTheirs)
      .map(({ id }) => id),
    signal,
  })
  const services = servicesOf(result.record)
  const begun = services.flatMap(step => {
    const pid = findService(step)?.pid
    return pid === undefined || pid === ran.get(step.name) ? [] : [{ name: step.name, pid }]
  })
  if (services.some(isTheirs)) return begun
  return [...keys.map(name => ({ name, pid: null })), ...begun]
}

async function restart(
  service: ServiceStep,
  record: LabRecord,
  signal: AbortSignal,
): Promise<ProcessIdentity> {
  try {
    return await restartService(service, record.lab, signal)
  } catch (error) {
    if (!signal.aborted) throw explain(error, service, record)
    if (isContained(service)) await restartService(service, record.lab)
    throw error
  }
}

function explain(error: unknown, service: ServiceStep, record: LabRecord): LabError {
  const { name } = service
  const words = error instanceof Error ? error.message : String(error)
  if (error instanceof LabError && error.hint !== null) {
    const { standing, hint, exitCode } = error
    const message = `Cannot restart ${name}\n${words}`
    return new LabError(message, {
      cause: error,
      standing: standing ?? 'It is down.',
      hint,
      exitCode,
    })
  }
  return new LabError(`Cannot start ${name}\n${words}`, {
    cause: error,
    standing: triesAgain(service, record) ? `${watcherOf(service)} goes on trying.` : 'It is down.',
    hint: `\`lab status ${record.lab}\` tells which of its files were changed; \`${upCommandOf(record)}\` puts them right.`,
  })
}

/** Whether a watcher of it runs, which one that is stopped does not. */
function triesAgain(service: ServiceStep, record: LabRecord): boolean {
  const watcher = watcherOf(service)
  const isIts = (step: ServiceStep) =>
    step.service === watcher && (watcher === 'supervisor' || step.host === service.host)
  return service.supervised && !isContained(service) && servicesOf(record).some(isIts)
}

/** Every name by which a lab's services are known: their kinds, their own names and the agents of OpenStack. */
export function serviceNamesOf(record: LabRecord): string[] {
  const isAlone = record.cloud.hosts.length === 1
  const agents = agentsOf(record).flatMap(({ agent, host }) =>
    isAlone ? [agent] : [agent, agentKey(agent, host)],
  )
  const stopped = (record.states.stopped ?? []).map(unit => unit.split('@')[0] ?? unit)
  return [...new Set([...servicesOf(record).flatMap(namesOf), ...agents, ...stopped])].sort()
}

/** The DHCP and L3 agents of a lab, those that are stopped too. */
export function agentsOf({ cloud }: Pick<LabRecord, 'cloud'>): HostAgent[] {
  return cloud.hosts.flatMap(host =>
    agentsOn(cloud, host).map(agent => ({ agent, host: host.name })),
  )
}

export function servicesOf({ plan }: Pick<LabRecord, 'plan'>): ServiceStep[] {
  return plan.steps.filter(isService)
}

/** Whether it is meant by its kind (`haproxy`), with its host (`haproxy@network1`), or by its own name. */
export function isCalled(step: ServiceStep, wanted: string): boolean {
  return [...namesOf(step), agentKey(step.service, step.host)].includes(wanted)
}

/** Its kind and its own name. */
function namesOf({ service, name }: ServiceStep): string[] {
  return [service, name]
}
