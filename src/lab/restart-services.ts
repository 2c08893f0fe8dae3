import type { ServiceStep } from '../plan/step.ts'
import { startService } from '../runtime/process/start-service.ts'
import { stopServices } from '../runtime/process/stop-services.ts'
import { agentOf } from '../runtime/process/supervisor.ts'
import { LabError } from './lab-error.ts'
import { type LabRecord, upCommandOf } from './record.ts'

export interface Restarted {
  readonly name: string
  readonly pid: number
}

/**
 * Stops services and starts them again: one service by the operator's name (`haproxy`, `nova-api-metadata`) or by
 * its own (`haproxy-<network id>`), or all that an agent looks after (`neutron-dhcp-agent`). The supervisor is stopped
 * meanwhile, so that it does not take the stop for a death; it comes back whatever happens, and puts right what an
 * abort left undone. Gives those that serve again; none for an unknown name. Throws the signal's reason.
 */
export async function restartServices(
  record: LabRecord,
  wanted: string,
  signal: AbortSignal,
): Promise<Restarted[]> {
  const { lab, plan } = record
  const all = plan.steps.filter((step): step is ServiceStep => step.kind === 'service')
  const isWanted = (step: ServiceStep) => namesOf(step).includes(wanted)
  const restarted: Restarted[] = []
  if (!all.some(isWanted)) return restarted
  const start = async (service: ServiceStep, limit?: AbortSignal) => {
    const { pid } = await startService(service, lab, limit).catch((error: unknown) => {
      throw limit?.aborted ? error : explain(error, service, record)
    })
    if (isWanted(service)) restarted.push({ name: service.name, pid })
  }
  const supervisors = all.filter(isSupervisor)
  try {
    await stopServices(supervisors, lab)
    for (const service of all.filter(isWanted)) {
      if (isSupervisor(service)) continue
      signal.throwIfAborted()
      await stopServices([service], lab)
      await start(service, signal)
    }
  } finally {
    for (const supervisor of supervisors) await start(supervisor)
  }
  return restarted
}

function explain(error: unknown, { name, supervised }: ServiceStep, record: LabRecord): LabError {
  const words = error instanceof Error ? error.message : String(error)
  return new LabError(`Cannot start ${name}\n${words}`, {
    cause: error,
    standing: supervised ? 'The supervisor goes on trying.' : 'It is down.',
    hint: `\`lab status ${record.lab}\` tells which of its files were changed; \`${upCommandOf(record)}\` puts them right.`,
  })
}

/** Every name by which a lab's services are known: their kinds, their own names and the agents of OpenStack. */
export function serviceNamesOf({ plan }: LabRecord): string[] {
  const services = plan.steps.filter((step): step is ServiceStep => step.kind === 'service')
  return [...new Set(services.flatMap(namesOf))].sort()
}

/** Its kind, its own name, and the agent of OpenStack that looks after it. */
function namesOf(step: ServiceStep): string[] {
  const agent = agentOf(step)
  return [step.service, step.name, ...(agent === 'supervisor' ? [] : [agent])]
}

function isSupervisor({ service }: ServiceStep): boolean {
  return service === 'supervisor'
}
