import { rmSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readRecord } from '../../lab/record.ts'
import { isService, type ServiceStep } from '../../plan/step.ts'
import { ProcessMonitor } from './process-monitor.ts'

export interface WatcherArguments {
  readonly lab: string
  /** Its own; empty for the supervisor. */
  readonly host: string
}

export interface Watcher {
  readonly titleOf: (given: WatcherArguments) => string
  /** Which service of the lab it is itself. */
  readonly stepOf: (service: ServiceStep, given: WatcherArguments) => boolean
  readonly watches: (service: ServiceStep, given: WatcherArguments) => boolean
  /** What it does before it begins to watch. */
  readonly begin?: (own: ServiceStep, given: WatcherArguments, signal: AbortSignal) => Promise<void>
}

/** Runs a watcher of a lab's services until SIGTERM, or until the lab's record goes. */
export async function runWatcher(watcher: Watcher): Promise<void> {
  const { values } = parseArgs({ options: { lab: { type: 'string' }, host: { type: 'string' } } })
  const given = { lab: values.lab ?? '', host: values.host ?? '' }
  process.umask(0o022)
  process.title = watcher.titleOf(given)
  const own = readRecord(given.lab)
    ?.plan.steps.filter(isService)
    .find(step => watcher.stepOf(step, given))
  if (own === undefined) {
    console.error(`${process.title}: there is no such service in lab ${given.lab}`)
    process.exitCode = 1
    return
  }
  const controller = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => controller.abort())
  writeFileSync(own.pidFile, `${process.pid}\n`)
  await watcher.begin?.(own, given, controller.signal)
  const monitor = new ProcessMonitor({
    lab: given.lab,
    name: own.name,
    watches: service => watcher.watches(service, given),
  })
  await monitor.watch(controller.signal)
  rmSync(own.pidFile, { force: true })
}
