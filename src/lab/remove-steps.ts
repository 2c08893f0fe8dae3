import { existsSync, rmSync } from 'node:fs'
import { CommandFailed } from '../linux/command-failed.ts'
import { namespaceIdentityOf } from '../linux/namespace-identity.ts'
import { run } from '../linux/run.ts'
import { type CommandStep, removeCommandOf } from '../plan/command.ts'
import { groupKeyOf } from '../plan/schedule.ts'
import {
  type DirectoryStep,
  isService,
  type NamespaceStep,
  type ServiceStep,
  type Step,
} from '../plan/step.ts'
import { stopServices } from '../runtime/stop-services.ts'
import type { JournalSummary } from './journal.ts'
import { removeShared } from './shared-directory.ts'

interface RemoveOptions {
  readonly lab: string
  readonly journal: JournalSummary
  /** Called before each effect, in words. */
  readonly onEffect?: ((effect: string) => void) | undefined
}

/**
 * Takes steps away, the last made first: services are asked to end, then links, namespaces, files. What is not there
 * is no error; everything is tried and the failures are given together, a line each.
 */
export async function removeSteps(
  steps: readonly Step[],
  { lab, journal, onEffect }: RemoveOptions,
): Promise<string[]> {
  const failures: string[] = []
  const attempt = async (what: string, action: () => Promise<void> | void) => {
    try {
      onEffect?.(`remove ${what}`)
      await action()
    } catch (error) {
      failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const backwards = [...steps].reverse()
  const services = backwards.filter(isService)
  const isSupervisor = ({ service }: ServiceStep) => service === 'supervisor'
  // That of an older version, which knew no lock, would put the others back, and may be starting one now.
  await attempt('supervisor', () => stopServices(services.filter(isSupervisor), lab))
  await attempt('services', () =>
    stopServices(
      services.filter(one => !isSupervisor(one)),
      lab,
    ),
  )
  await removeFromNamespaces(backwards, attempt)
  await attempt('namespaces', () => removeNamespaces(backwards.filter(isNamespace), journal))
  for (const step of backwards) {
    if (step.kind === 'file') await attempt(step.path, () => rmSync(step.path, { force: true }))
    if (step.kind === 'directory') await attempt(step.path, () => removeDirectory(step, lab))
  }
  return failures
}

type Attempt = (what: string, action: () => Promise<void> | void) => Promise<void>

/**
 * Links and rules go with their namespaces; only those of namespaces that stay need to be taken away one by one, and cables
 * that lead to one: the kernel would take these away in its own time, and their names are wanted at once.
 */
async function removeFromNamespaces(steps: readonly Step[], attempt: Attempt): Promise<void> {
  const going = new Set(steps.filter(isNamespace).map(({ namespace }) => namespace))
  const batches = new Map<string, CommandStep[]>()
  for (const step of steps) {
    if (
      (step.kind !== 'ip' && step.kind !== 'rules') ||
      (going.has(step.namespace) && !leadsOut(step, going)) ||
      !standsNamespace(step.namespace)
    )
      continue
    const key = groupKeyOf(step)
    batches.set(key, [...(batches.get(key) ?? []), step])
  }
  for (const [first, ...rest] of batches.values()) {
    const command = first === undefined ? null : removeCommandOf([first, ...rest])
    if (command === null) continue
    await attempt(first?.id ?? 'links', async () => {
      await run(command.argv, { stdin: command.stdin }).catch(ignoreAbsent)
    })
  }
}

function leadsOut(step: CommandStep, going: ReadonlySet<string>): boolean {
  const lines = step.kind === 'ip' ? step.lines : []
  return lines.some(line => {
    const [, farEnd] = / netns (\S+)$/.exec(line) ?? []
    return farEnd !== undefined && !going.has(farEnd)
  })
}

function standsNamespace(name: string): boolean {
  return existsSync(`/run/netns/${name}`)
}

/** With -force a batch goes on over lines whose device, address or route is no longer there. */
function ignoreAbsent(error: unknown): void {
  if (!(error instanceof CommandFailed)) throw error
  const complaints = error.output.split('\n').filter(line => !/^(Command failed .*)?$/.test(line))
  if (!complaints.every(line => ABSENT.test(line))) throw error
}

const ABSENT =
  /Cannot find device|Cannot assign requested address|ddress not found|No such |not exist/

async function removeNamespaces(
  steps: readonly NamespaceStep[],
  journal: JournalSummary,
): Promise<void> {
  const standing = steps.filter(step => isOwnNamespace(step, journal))
  const [first, ...rest] = standing
  if (first === undefined) return
  const command = removeCommandOf([first, ...rest])
  if (command !== null) await run(command.argv, { stdin: command.stdin })
}

/**
 * A namespace with a name of the lab is the lab's when the journal holds its identity, or holds that its making had
 * begun and no more: `lab up` was killed in between, having made sure before that the name was free.
 */
export function isOwnNamespace({ id, namespace }: NamespaceStep, journal: JournalSummary): boolean {
  const identity = namespaceIdentityOf(namespace)
  if (identity === null) return false
  const recorded = journal.namespaces.get(namespace)
  return recorded === undefined ? journal.begun.has(id) : recorded === identity
}

async function removeDirectory({ path, shared }: DirectoryStep, lab: string): Promise<void> {
  if (shared === undefined) rmSync(path, { recursive: true, force: true })
  else await removeShared(path, lab)
}

function isNamespace(step: Step): step is NamespaceStep {
  return step.kind === 'netns'
}
