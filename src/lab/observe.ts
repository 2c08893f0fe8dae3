import { existsSync, lstatSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { isFrozen } from '../linux/is-frozen.ts'
import { isNamespace, namespaceIdentityOf } from '../linux/namespace-identity.ts'
import type { ProcessIdentity } from '../linux/process-table.ts'
import { type NamespaceView, readNamespace } from '../linux/read-ip.ts'
import { readSysctls } from '../linux/read-sysctls.ts'
import { ipDifferences } from '../plan/ip-differences.ts'
import type { DirectoryStep, FileStep, ServiceStep, Step, SysctlStep } from '../plan/step.ts'
import { findService } from '../runtime/process/find-service.ts'
import { describeListener, missingListeners } from '../runtime/process/missing-listeners.ts'
import { compareRules } from './compare-rules.ts'
import type { JournalSummary } from './journal.ts'
import { readIfThere } from './read-if-there.ts'
import { readLeasedRoutes } from './read-lease.ts'
import { isOwnNamespace } from './remove-steps.ts'

/** What the machine shows of a lab. */
export interface Observation {
  /** By step id: what differs from the plan, a line each; empty where the step stands. */
  readonly differences: ReadonlyMap<string, readonly string[]>
  readonly processes: ReadonlyMap<string, ProcessIdentity>
  readonly namespaces: ReadonlyMap<string, NamespaceView>
}

/** Compares a plan with the machine, step by step. Changes nothing. */
export async function observe(
  steps: readonly Step[],
  journal: JournalSummary,
): Promise<Observation> {
  const standing = new Set(
    steps.flatMap(step =>
      step.kind === 'netns' && isOwnNamespace(step, journal) ? [step.namespace] : [],
    ),
  )
  const namespaces = new Map<string, NamespaceView>()
  await forEachParallel([...standing], async name => {
    const view = await unlessGone(name, () => readNamespace(name, steps))
    if (view === null) standing.delete(name)
    else namespaces.set(name, view)
  })
  const processes = new Map<string, ProcessIdentity>()
  const differences = new Map<string, readonly string[]>()
  await forEachParallel(steps, async step => {
    if (step.kind === 'service' && (step.namespace === null || standing.has(step.namespace))) {
      const process = findService(step)
      if (process !== null) processes.set(step.name, process)
    }
    const compare = () => differencesOf(step, namespaces, processes)
    differences.set(step.id, await unlessMissing(step, standing, compare))
  })
  return { differences, processes, namespaces }
}

async function unlessMissing(
  step: Step,
  standing: ReadonlySet<string>,
  compare: () => Promise<string[]>,
): Promise<string[]> {
  if (!('namespace' in step) || step.namespace === null) return await compare()
  const found = standing.has(step.namespace) ? await unlessGone(step.namespace, compare) : null
  return found ?? [`namespace ${step.namespace} is missing`]
}

/**
 * A look is taken without the lock, so a namespace may go in the middle of it; and a kill in the middle of `ip netns
 * add` leaves its name without it. Null where there is none.
 */
async function unlessGone<T>(namespace: string, look: () => Promise<T>): Promise<T | null> {
  const identity = namespaceIdentityOf(namespace)
  try {
    return await look()
  } catch (error) {
    if (identity === namespaceIdentityOf(namespace) && isNamespace(namespace)) throw error
    return null
  }
}

async function forEachParallel<T>(
  items: readonly T[],
  action: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values()
  const worker = async () => {
    for (const item of rest) await action(item)
  }
  await Promise.all(Array.from({ length: 2 * availableParallelism() }, worker))
}

async function differencesOf(
  step: Step,
  namespaces: ReadonlyMap<string, NamespaceView>,
  processes: ReadonlyMap<string, ProcessIdentity>,
): Promise<string[]> {
  switch (step.kind) {
    case 'directory':
    case 'file':
      return pathDifferences(step)
    case 'ip':
    case 'wait': {
      const view = namespaces.get(step.namespace)
      return ipDifferences(step.expects ?? {}, view?.links ?? [], view?.routes ?? [])
    }
    case 'certificates':
      return step.makes.filter(path => !existsSync(path)).map(path => `${path} is missing`)
    case 'rules':
      return await compareRules(step)
    case 'sysctl':
      return await sysctlDifferences(step)
    case 'service':
      return serviceDifferences(
        step,
        processes.get(step.name),
        namespaces.get(step.namespace ?? ''),
      )
    case 'image':
    case 'netns':
      return []
  }
}

async function sysctlDifferences({ namespace, settings }: SysctlStep): Promise<string[]> {
  const seen = await readSysctls(namespace, Object.keys(settings))
  return Object.entries(settings)
    .filter(([key, value]) => seen[key] !== value)
    .map(([key, value]) => `${key} is ${seen[key] ?? 'absent'} in ${namespace}, not ${value}`)
}

function pathDifferences(step: DirectoryStep | FileStep): string[] {
  const found = lstatSync(step.path, { throwIfNoEntry: false })
  if (found === undefined) return [`${step.path} is missing`]
  if (step.kind === 'directory') return found.isDirectory() ? [] : [`${step.path} is no directory`]
  if (!found.isFile()) return [`${step.path} is no file`]
  if (step.volatile) return []
  const content = readIfThere(step.path)
  if (content === null) return [`${step.path} is missing`]
  return content === step.content ? [] : [`${step.path} was changed`]
}

function serviceDifferences(
  step: ServiceStep,
  process: ProcessIdentity | undefined,
  view: NamespaceView | undefined,
): string[] {
  if (process === undefined) return [`${step.name} does not run`]
  if (isFrozen(process.pid)) return [`${step.name} is paused`]
  const unheard = missingListeners(step, process.pid).map(
    listener => `${step.name} does not listen on ${describeListener(listener)}`,
  )
  return [...unheard, ...leaseDifferences(step, view)]
}

/** A guest has one of the addresses that its server may give it, and the routes that came with it. */
function leaseDifferences(
  { name, leases = [], environment }: ServiceStep,
  { links, routes }: NamespaceView = { links: [], routes: [] },
): string[] {
  const leased = leases.find(lease => ipDifferences({ addresses: [lease] }, links, []).length === 0)
  if (leases.length === 0) return []
  if (leased !== undefined)
    return ipDifferences(
      { routes: readLeasedRoutes(environment.LEASE_FILE ?? '', leased.device) },
      links,
      routes,
    )
  const wanted = leases.map(({ address, device }) => `${address} on ${device}`).join(' or ')
  return [`${name} has not leased ${wanted}`]
}
