import { agentKey } from '../cloud/agent-states.ts'
import { viewingAgents } from '../cloud/agent-view.ts'
import { changeStates } from './change-states.ts'
import type { LabRecord } from './record.ts'
import { agentsOf, servicesOf } from './restart-services.ts'
import type { UpResult } from './up.ts'

/**
 * What can be stopped by its name, by `agentKey`: OpenStack's own services, as systemd has them. What these have started
 * themselves (dnsmasq, haproxy, radvd) they put back.
 */
export function unitsOf(record: LabRecord): string[] {
  const daemons = servicesOf(record).filter(({ service }) => isDaemon(service))
  return [
    ...new Set([
      ...daemons.map(({ service, host }) => agentKey(service, host)),
      ...agentsOf(record).map(({ agent, host }) => agentKey(agent, host)),
      ...(record.states.stopped ?? []),
    ]),
  ].sort()
}

function isDaemon(service: string): boolean {
  return service.startsWith('neutron-') ? !service.endsWith('-proxy') : service.startsWith('nova-')
}

/** The units that a name means: one on its host, or those of that kind on all hosts. */
export function unitsNamed(record: LabRecord, name: string): string[] {
  return unitsOf(record).filter(unit => unit === name || unit.split('@')[0] === name)
}

/** Stops units until they are started again; what agents have made stays as it is. The caller holds the lab's lock. */
export async function stopUnits(
  record: LabRecord,
  units: readonly string[],
  signal: AbortSignal,
): Promise<UpResult> {
  const stopped = [...new Set([...(record.states.stopped ?? []), ...units])]
  return await changeStates(record, { states: { ...record.states, stopped }, signal })
}

/** Starts units that are stopped; agents synchronize. The caller holds the lab's lock. */
export async function startUnits(
  record: LabRecord,
  units: readonly string[],
  signal: AbortSignal,
): Promise<UpResult> {
  const stopped = record.states.stopped ?? []
  const starting = units.filter(unit => stopped.includes(unit))
  return await changeStates(record, {
    states: { ...record.states, stopped: stopped.filter(unit => !starting.includes(unit)) },
    synchronizing: viewingAgents.flatMap(agent =>
      record.cloud.hosts
        .filter(({ name }) => starting.includes(agentKey(agent, name)))
        .map(({ name }) => ({ agent, host: name, because: 'start' as const })),
    ),
    signal,
  })
}
