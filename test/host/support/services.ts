import { readRecord } from '../../../src/lab/record.ts'
import { isAlive, type ProcessIdentity } from '../../../src/linux/process-table.ts'
import {
  type Container,
  isContained,
  type ServiceName,
  type ServiceStep,
} from '../../../src/plan/step.ts'
import { watcherOf } from '../../../src/plan/watchers.ts'
import { engineAt } from '../../../src/runtime/docker/engine-at.ts'
import { findService } from '../../../src/runtime/process/find-service.ts'
import { type Ended, lab, waitFor } from './lab.ts'

/** A service of a lab by the operator's name for it. */
export function serviceOf(name: string, service: ServiceName): ServiceStep {
  const found = readRecord(name)?.plan.steps.find(
    (step): step is ServiceStep => step.kind === 'service' && step.service === service,
  )
  if (found === undefined) throw new Error(`Lab ${name} has no ${service}`)
  return found
}

/** Its process, which must live. */
export function runningOf(name: string, service: ServiceName): ProcessIdentity {
  const found = findService(serviceOf(name, service))
  if (found === null) throw new Error(`${service} of lab ${name} does not run`)
  return found
}

/** While the body runs, a service is dead, and nobody puts it back. */
export async function withoutService(
  name: string,
  service: ServiceName,
  body: () => Promise<void>,
): Promise<void> {
  const step = serviceOf(name, service)
  const former = runningOf(name, service)
  const stopped = isContained(step) ? await stopContainer(step.container) : stopWatcher(name, step)
  try {
    if (isAlive(former)) process.kill(former.pid, 'SIGKILL')
    await waitFor(`the end of ${service}`, () => !isAlive(former))
    await body()
  } finally {
    await stopped.resume()
  }
}

async function stopContainer({ engine, name }: Container) {
  const { api } = await engineAt(engine.host)
  const container = api.getContainer(name)
  await container.stop()
  return { resume: () => container.start() }
}

/** Who would put it back: the agent that has started it, or the supervisor. */
function stopWatcher(name: string, step: ServiceStep) {
  const { pid } = runningOf(name, watcherOf(step))
  process.kill(pid, 'SIGSTOP')
  return { resume: () => process.kill(pid, 'SIGCONT') }
}

/** Pids of all services of a lab that run, by name. */
export function pidsOf(name: string): Record<string, number> {
  const steps = readRecord(name)?.plan.steps ?? []
  return Object.fromEntries(
    steps.flatMap(step => {
      const process = step.kind === 'service' ? findService(step) : null
      return process === null || step.kind !== 'service' ? [] : [[step.name, process.pid]]
    }),
  )
}

export interface StatusAnswer {
  readonly lab: string
  readonly state: string
  readonly standing: number
  readonly resources: number
  readonly differences: readonly { readonly resource: string; readonly text: string }[]
  readonly services: readonly {
    readonly name: string
    readonly service: string
    readonly pid: number | null
    readonly history: { readonly restarts: number; readonly lastRestartAt: string | null } | null
  }[]
}

/** What `lab status --json` says, and how it ended. */
export async function statusOf(name: string): Promise<StatusAnswer & { readonly ended: Ended }> {
  const ended = await lab(['status', name, '--json'])
  return { ...JSON.parse(ended.stdout), ended }
}

/** Namespaces of a lab's plan. */
export function namespacesOf(name: string): string[] {
  return (readRecord(name)?.plan.steps ?? []).flatMap(step =>
    step.kind === 'netns' ? [step.namespace] : [],
  )
}

export function namespaceLike(name: string, pattern: RegExp): string {
  const found = namespacesOf(name).find(namespace => pattern.test(namespace))
  if (found === undefined) throw new Error(`Lab ${name} has no namespace like ${pattern}`)
  return found
}
