import type { ProcessIdentity } from '../linux/process-table.ts'
import { isContained, type ServiceStep } from '../plan/step.ts'
import { agentOf } from '../runtime/process/supervisor.ts'
import { restartService } from '../runtime/restart-service.ts'
import { startService } from '../runtime/start-service.ts'
import { stopServices } from '../runtime/stop-services.ts'
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
  const note = async (service: ServiceStep, starting: Promise<ProcessIdentity>) => {
    const { pid } = await starting.catch((error: unknown) => {
      throw signal.aborted && !isSupervisor(service) ? error : explain(error, service, record)
    })
    if (isWanted(service)) restarted.push({ name: service.name, pid })
  }
  const supervisors = all.filter(isSupervisor)
  let stopped: ServiceStep | null = null
  try {
    await stopServices(supervisors, lab)
    for (const service of all.filter(isWanted)) {
      if (isSupervisor(service)) continue
      signal.throwIfAborted()
      stopped = service
      await note(service, restartService(service, lab, signal))
      stopped = null
    }
  } finally {
    if (signal.aborted && stopped !== null && isContained(stopped))
      await restartService(stopped, lab)
    for (const supervisor of supervisors) await note(supervisor, startService(supervisor, lab))
  }
  return restarted
}

function explain(error: unknown, service: ServiceStep, record: LabRecord): LabError {
  const { name, supervised } = service
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
    standing:
      supervised && !isContained(service) ? 'The supervisor goes on trying.' : 'It is down.',
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
