import { appendFileSync, existsSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { readJournal } from '../../lab/journal.ts'
import { LabError } from '../../lab/lab-error.ts'
import { lockLab } from '../../lab/lock.ts'
import { recordPathOf, statePathOf } from '../../lab/paths.ts'
import { readRecordIfReadable } from '../../lab/record.ts'
import { isAlive, type ProcessIdentity } from '../../linux/process-table.ts'
import { isService, type ServiceStep } from '../../plan/step.ts'
import { isAbandoned, isInOvnmeta, METADATA_PROXIES, toldOfBy } from '../../plan/watchers.ts'
import type { ServiceHistory } from '../service-history.ts'
import { findService } from './find-service.ts'
import { readHistoriesOf, writeHistories } from './histories.ts'
import { rotateLog } from './rotate-log.ts'
import { startProcess } from './start-process.ts'
import { stopServiceProcesses } from './stop-service-processes.ts'

export interface MonitorOptions {
  readonly lab: string
  /** The service that it is, in the lab: `supervisor`, `neutron-dhcp-agent@network1`. Its log has this name. */
  readonly name: string
  /** Which services it looks after. */
  readonly watches: (service: ServiceStep) => boolean
}

/**
 * Watches services of a lab and starts again what dies. dnsmasq and haproxy leave their starter, as on a real node, so
 * they are not its children: it looks at them, as Neutron's ProcessMonitor does every minute (external_process.py), but
 * five times a second. What it puts back it puts back under the lab's lock, so that nobody changes the lab meanwhile.
 */
export class ProcessMonitor {
  readonly #options: MonitorOptions
  readonly #history: Record<string, ServiceHistory>
  #watched: Watched[] = []
  #recordSeen = ''
  /** What the last look failed by. */
  #complaint = ''

  constructor(options: MonitorOptions) {
    this.#options = options
    this.#history = { ...readHistoriesOf(options.lab, options.name) }
    this.#readPlan()
  }

  /**
   * Looks until the signal aborts or the lab's record is gone. What fails of a look is logged, and the next one comes all the
   * same: `_periodic_checking_thread` of external_process.py gives each a thread of its own.
   */
  async watch(signal: AbortSignal): Promise<void> {
    const working = new Set<Promise<void>>()
    while (!signal.aborted && existsSync(recordPathOf(this.#options.lab))) {
      const dead = this.#look()
      if (dead.length > 0) {
        const work = this.#putBackUnderLock(dead, signal).finally(() => working.delete(work))
        working.add(work)
      }
      await delay(LOOK_EVERY_MS, undefined, { signal }).catch(ignoreAbort)
    }
    await Promise.all(working)
  }

  /** What goes on failing is logged once. */
  #look(): Watched[] {
    try {
      const dead = this.#findDead()
      this.#complaint = ''
      return dead
    } catch (error) {
      const words = wordsOf(error)
      if (words !== this.#complaint) this.#log('ERROR', `Could not look after services: ${words}`)
      this.#complaint = words
      return []
    }
  }

  /** Those that nobody is starting already, and whose pid file names no other live process of theirs. */
  #findDead(): Watched[] {
    this.#readPlan()
    return this.#watched.filter(watched => {
      if (watched.isBeingPutBack || !isDead(watched)) return false
      watched.process = findService(watched.service)
      return watched.process === null && performance.now() >= watched.retryAt
    })
  }

  /** The record is replaced by another file whenever the lab changes. */
  #readPlan(): void {
    const { lab, name, watches } = this.#options
    const stats = statSync(recordPathOf(lab), { throwIfNoEntry: false })
    const seen = `${stats?.ino} ${stats?.mtimeMs}`
    if (seen === this.#recordSeen) return
    const before = new Map(this.#watched.map(watched => [watched.service.name, watched]))
    const record = readRecordIfReadable(lab)
    const stopped = record?.states.stopped ?? []
    const services = record?.plan.steps.filter(isService) ?? []
    this.#watched = services
      .filter(service => service.supervised && service.container === undefined && watches(service))
      .filter(service => !isAbandoned(service, stopped))
      .map(service => {
        const log = toldOfBy(service, services)?.name ?? name
        const known = before.get(service.name)
        if (known === undefined) return newlyWatched(service, log)
        return Object.assign(known, { service, log })
      })
    this.#recordSeen = seen
  }

  /**
   * While a command holds the lab, and after one that did not come to its end, nothing is put back; but for an agent that has
   * died while it synchronized, which ends that.
   */
  async #putBackUnderLock(dead: readonly Watched[], signal: AbortSignal): Promise<void> {
    const { lab, name } = this.#options
    for (const watched of dead) watched.isBeingPutBack = true
    const yielding = new AbortController()
    try {
      if (this.#mayBePutBack(dead).length === 0) return putOff(dead)
      await using _lock = await lockLab({
        lab,
        command: `the ${name} of ${lab}`,
        waitMs: 0,
        onWaiter: () => yielding.abort(),
      })
      this.#readPlan()
      const allowed = this.#mayBePutBack(dead)
      for (const watched of allowed) watched.process = findService(watched.service)
      const still = allowed.filter(
        watched => watched.process === null && this.#watched.includes(watched),
      )
      await this.#putBack(still, AbortSignal.any([signal, yielding.signal]))
    } catch (error) {
      if (error instanceof LabError) return
      for (const watched of dead)
        this.#noteFailure(watched, `Could not put back ${watched.service.name}: ${wordsOf(error)}`)
    } finally {
      for (const watched of dead) watched.isBeingPutBack = false
    }
  }

  #mayBePutBack(dead: readonly Watched[]): readonly Watched[] {
    const { phase, openedBy } = readJournal(this.#options.lab)
    return phase === 'stands' ? dead : dead.filter(({ service }) => service.name === openedBy)
  }

  /** What died together is looked for in /proc together. */
  async #putBack(dead: readonly Watched[], signal: AbortSignal): Promise<void> {
    if (dead.length === 0) return
    for (const { service, failures, log } of dead) {
      if (failures === 0) this.#log('ERROR', notFound(service), log)
      this.#log('WARNING', `Respawning ${respawnNameOf(service)}`, log)
    }
    const { lab } = this.#options
    await stopServiceProcesses(
      dead.map(({ service }) => service),
      lab,
    )
    await this.#writeAnew(dead, signal)
    await Promise.all(dead.map(watched => this.#startAgain(watched, signal)))
  }

  /** Where that cannot be, they begin with the files that they had. */
  async #writeAnew(dead: readonly Watched[], signal: AbortSignal): Promise<void> {
    const left = dead.map(({ service }) => service).filter(one => one.staysWhileItRuns)
    if (left.length === 0) return
    try {
      // It plans a lab, which takes long to load.
      const { writeAnew } = await import('../../lab/write-anew.ts')
      await writeAnew(this.#options.lab, left, signal)
      this.#readPlan()
    } catch (error) {
      this.#log('ERROR', `Could not write the files of ${left[0]?.name} anew: ${wordsOf(error)}`)
    }
  }

  async #startAgain(watched: Watched, signal: AbortSignal): Promise<void> {
    const { service } = watched
    try {
      const { lab } = this.#options
      watched.process = await startProcess(service, lab, { signal, environment: PUT_BACK })
      watched.failures = 0
      this.#remember(service, null)
    } catch (error) {
      if (!signal.aborted) this.#noteFailure(watched, wordsOf(error))
    }
  }

  /** It is tried again, less and less often. */
  #noteFailure(watched: Watched, words: string): void {
    watched.failures += 1
    watched.retryAt =
      performance.now() + Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** watched.failures)
    this.#remember(watched.service, words)
    this.#log('ERROR', words, watched.log)
  }

  #remember({ name }: ServiceStep, lastError: string | null): void {
    const before = this.#history[name]
    const restarts = (before?.restarts ?? 0) + (lastError === null ? 1 : 0)
    const lastRestartAt =
      lastError === null ? new Date().toISOString() : (before?.lastRestartAt ?? null)
    this.#history[name] = { restarts, lastRestartAt, lastError }
    const { lab, name: own } = this.#options
    ignoreFailure(() => writeHistories(lab, own, this.#history))
  }

  #log(level: string, words: string, name = this.#options.name): void {
    const { lab } = this.#options
    const time = new Date().toISOString().replace('T', ' ').replace('Z', '')
    const line = `${time} ${process.pid} ${level} neutron.agent.linux.external_process [-] ${words}\n`
    const path = `${statePathOf(lab)}/log/${name}.log`
    ignoreFailure(() => {
      // Another's is rotated by itself.
      if (name === this.#options.name) rotateLog(path)
      appendFileSync(path, line, { mode: 0o600 })
    })
  }
}

/** In the environment of what is put back, so that an agent knows that it has been away. */
export const PUT_BACK = { LAB_PUT_BACK: '1' } as const

const LOOK_EVERY_MS = 200
const FIRST_BACKOFF_MS = 100
const MAX_BACKOFF_MS = 10_000
const HALF_BUILT_MS = 1_000

interface Watched {
  service: ServiceStep
  /** The service in whose log it is told of. */
  log: string
  process: ProcessIdentity | null
  /** Of performance.now(): a clock that is set back must not make it wait. */
  retryAt: number
  failures: number
  isBeingPutBack: boolean
}

function newlyWatched(service: ServiceStep, log: string): Watched {
  return {
    service,
    log,
    process: findService(service),
    retryAt: 0,
    failures: 0,
    isBeingPutBack: false,
  }
}

/** Until a lab may stand again: to look costs its journal's reading. */
function putOff(dead: readonly Watched[]): void {
  for (const watched of dead) watched.retryAt = performance.now() + HALF_BUILT_MS
}

function isDead({ process }: Watched): boolean {
  return process === null || !isAlive(process)
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Services must come back although the disk is full, or the log directory is gone. */
function ignoreFailure(bookkeeping: () => void): void {
  try {
    bookkeeping()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
  }
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error
}

/** The words of ProcessMonitor (neutron/agent/linux/external_process.py), which know a process by kind and uuid. */
function notFound(service: ServiceStep): string {
  const uuid = uuidOf(service)
  if (uuid === null) return `${service.name} not found. The process should not have died`
  return `${kindOf(service)} for ${ownerOf(service)} with uuid ${uuid} not found. The process should not have died`
}

/** `resource_type`. */
function ownerOf(service: ServiceStep): string {
  if (isInOvnmeta(service)) return 'metadata'
  return service.namespace?.startsWith('qrouter-') ? 'router' : 'dhcp'
}

function respawnNameOf(service: ServiceStep): string {
  const uuid = uuidOf(service)
  return uuid === null ? service.name : `${kindOf(service)} for uuid ${uuid}`
}

function kindOf({ service }: ServiceStep): string {
  return METADATA_PROXIES.includes(service) ? 'metadata-proxy' : service
}

/** Of the network or the router; services are called after it, and then after their host where there are several. */
function uuidOf({ service, name }: ServiceStep): string | null {
  const [uuid] = name.slice(service.length + 1).split('@')
  return UUID.test(uuid ?? '') ? (uuid ?? null) : null
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
