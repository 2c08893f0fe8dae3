import { appendFileSync, existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { recordPathOf, statePathOf } from '../../lab/paths.ts'
import type { LabRecord } from '../../lab/record.ts'
import { isAlive, type ProcessIdentity } from '../../linux/process-table.ts'
import type { ServiceStep } from '../../plan/step.ts'
import type { ServiceHistory } from '../service-history.ts'
import { findService } from './find-service.ts'
import { rotateLog } from './rotate-log.ts'
import { startProcess } from './start-process.ts'
import { stopServiceProcesses } from './stop-service-processes.ts'
import { readSupervisorState, writeSupervisorState } from './supervisor-state.ts'

/**
 * Watches the services of a lab and starts again what dies. dnsmasq and haproxy leave their starter, as on a real
 * node, so they are not its children: it looks at them, as Neutron's ProcessMonitor does every minute
 * (external_process.py), but five times a second.
 */
export class Supervisor {
  readonly #lab: string
  readonly #watched: Watched[]
  readonly #history: Record<string, ServiceHistory>

  constructor(record: LabRecord) {
    this.#lab = record.lab
    this.#history = { ...readSupervisorState(record.lab).services }
    this.#watched = record.plan.steps
      .filter((step): step is ServiceStep => step.kind === 'service' && step.supervised)
      .map(service => ({
        service,
        process: findService(service),
        retryAt: 0,
        failures: 0,
        isBeingPutBack: false,
      }))
  }

  /** Looks until the signal aborts or the lab's record is gone. */
  async watch(signal: AbortSignal): Promise<void> {
    const working = new Set<Promise<void>>()
    while (!signal.aborted && existsSync(recordPathOf(this.#lab))) {
      const work = this.#putBack(this.#findDead(), signal).finally(() => working.delete(work))
      working.add(work)
      await delay(LOOK_EVERY_MS, undefined, { signal }).catch(ignoreAbort)
    }
    await Promise.all(working)
  }

  /** Those that nobody is starting already, and whose pid file names no other live process of theirs. */
  #findDead(): Watched[] {
    return this.#watched.filter(watched => {
      if (watched.isBeingPutBack || !isDead(watched)) return false
      watched.process = findService(watched.service)
      return watched.process === null && performance.now() >= watched.retryAt
    })
  }

  /** What died together is looked for in /proc together; each is looked at again as soon as it stands. */
  async #putBack(dead: readonly Watched[], signal: AbortSignal): Promise<void> {
    if (dead.length === 0) return
    for (const watched of dead) watched.isBeingPutBack = true
    for (const { service, failures } of dead) {
      if (failures === 0) this.#log(service, 'ERROR', notFound(service))
      this.#log(service, 'WARNING', `Respawning ${respawnNameOf(service)}`)
    }
    const services = dead.map(({ service }) => service)
    const stopped = stopServiceProcesses(services, this.#lab)
    await Promise.all(dead.map(watched => this.#startAgain(watched, stopped, signal)))
  }

  async #startAgain(watched: Watched, stopped: Promise<void>, signal: AbortSignal): Promise<void> {
    const { service } = watched
    try {
      await stopped
      watched.process = await startProcess(service, this.#lab, signal)
      watched.failures = 0
      this.#remember(service, null)
    } catch (error) {
      if (signal.aborted) return
      watched.failures += 1
      watched.retryAt =
        performance.now() + Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** watched.failures)
      const words = error instanceof Error ? error.message : String(error)
      this.#remember(service, words)
      this.#log(service, 'ERROR', words)
    } finally {
      watched.isBeingPutBack = false
    }
  }

  #remember({ name }: ServiceStep, lastError: string | null): void {
    const before = this.#history[name]
    const restarts = (before?.restarts ?? 0) + (lastError === null ? 1 : 0)
    const lastRestartAt =
      lastError === null ? new Date().toISOString() : (before?.lastRestartAt ?? null)
    this.#history[name] = { restarts, lastRestartAt, lastError }
    ignoreFailure(() => writeSupervisorState(this.#lab, { services: this.#history }))
  }

  /** Under the name of the agent that would notice it on a real node. */
  #log(service: ServiceStep, level: string, words: string): void {
    const agent = agentOf(service)
    const time = new Date().toISOString().replace('T', ' ').replace('Z', '')
    const line = `${time} ${process.pid} ${level} neutron.agent.linux.external_process [-] ${words}\n`
    const path = `${statePathOf(this.#lab)}/log/${agent}.log`
    ignoreFailure(() => {
      rotateLog(path)
      appendFileSync(path, line, { mode: 0o600 })
    })
  }
}

const LOOK_EVERY_MS = 200
const FIRST_BACKOFF_MS = 100
const MAX_BACKOFF_MS = 10_000

interface Watched {
  readonly service: ServiceStep
  process: ProcessIdentity | null
  /** Of performance.now(): a clock that is set back must not make it wait. */
  retryAt: number
  failures: number
  isBeingPutBack: boolean
}

function isDead({ process }: Watched): boolean {
  return process === null || !isAlive(process)
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

/** Which agent looks after a process: DHCP's for dnsmasq and qdhcp's proxy, L3's for radvd and qrouter's proxy. */
export function agentOf({ service, namespace }: ServiceStep): string {
  if (!AGENTS_SERVICES.has(service)) return 'supervisor'
  return namespace?.startsWith('qrouter-') ? 'neutron-l3-agent' : 'neutron-dhcp-agent'
}

const METADATA_PROXIES: readonly string[] = ['haproxy', 'neutron-ns-metadata-proxy']

const AGENTS_SERVICES: ReadonlySet<string> = new Set(['dnsmasq', 'radvd', ...METADATA_PROXIES])

/** The words of ProcessMonitor (neutron/agent/linux/external_process.py), which know a process by kind and uuid. */
function notFound(service: ServiceStep): string {
  const uuid = uuidOf(service)
  if (uuid === null) return `${service.name} not found. The process should not have died`
  const owner = service.namespace?.startsWith('qrouter-') ? 'router' : 'dhcp'
  return `${kindOf(service)} for ${owner} with uuid ${uuid} not found. The process should not have died`
}

function respawnNameOf(service: ServiceStep): string {
  const uuid = uuidOf(service)
  return uuid === null ? service.name : `${kindOf(service)} for uuid ${uuid}`
}

function kindOf({ service }: ServiceStep): string {
  return METADATA_PROXIES.includes(service) ? 'metadata-proxy' : service
}

function uuidOf({ service, name }: ServiceStep): string | null {
  return AGENTS_SERVICES.has(service) ? name.slice(service.length + 1) : null
}
