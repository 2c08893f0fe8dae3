import { isAlive, type ProcessIdentity } from '../linux/process-table.ts'
import { sendSignal, stopProcesses } from '../linux/stop-processes.ts'
import type { ServiceStep } from '../plan/step.ts'
import { findService } from '../runtime/process/find-service.ts'
import { startService } from '../runtime/process/start-service.ts'
import { agentOf } from '../runtime/process/supervisor.ts'
import type { LabRecord } from './record.ts'

export interface Restarted {
  readonly name: string
  readonly pid: number
}

/**
 * Stops services and starts them again: one service by the operator's name (`haproxy`, `nova-api-metadata`) or by
 * its own (`haproxy-<network id>`), or all that an agent looks after (`neutron-dhcp-agent`). The supervisor rests
 * meanwhile, so that it does not take the stop for a death. Gives those that serve again; none for an unknown name.
 */
export async function restartServices(record: LabRecord, wanted: string): Promise<Restarted[]> {
  const services = record.plan.steps.filter(
    (step): step is ServiceStep =>
      step.kind === 'service' && [step.service, step.name, agentOf(step)].includes(wanted),
  )
  using _rest = restSupervisor(record)
  const restarted: Restarted[] = []
  for (const service of services) restarted.push(await restartOne(service, record.lab))
  return restarted
}

async function restartOne(service: ServiceStep, lab: string): Promise<Restarted> {
  const running = findService(service)
  if (running !== null) await stopProcesses([running], STOP_GRACE_MS)
  const { pid } = await startService(service, lab)
  return { name: service.name, pid }
}

const STOP_GRACE_MS = 5_000

/** A stopped process looks at nothing; it finds the new ones by their pid files when it goes on. */
function restSupervisor(record: LabRecord): Disposable {
  const step = record.plan.steps.find(
    (candidate): candidate is ServiceStep =>
      candidate.kind === 'service' && candidate.service === 'supervisor',
  )
  const supervisor: ProcessIdentity | null = step === undefined ? null : findService(step)
  if (supervisor !== null) sendSignal(supervisor, 'SIGSTOP')
  return {
    [Symbol.dispose]: () => {
      if (supervisor !== null && isAlive(supervisor)) sendSignal(supervisor, 'SIGCONT')
    },
  }
}
