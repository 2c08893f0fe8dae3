import { chmodSync, existsSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { namespaceIdentityOf } from '../linux/namespace-identity.ts'
import { run } from '../linux/run.ts'
import { type Command, type CommandStep, commandOf, isCommandStep } from '../plan/command.ts'
import { engineCommand } from '../plan/docker-run.ts'
import { changeLines } from '../plan/ip-change.ts'
import type { StepGroup } from '../plan/schedule.ts'
import { quoteCommand } from '../plan/shell-quote.ts'
import type {
  DirectoryStep,
  FileStep,
  ImageStep,
  NamespaceStep,
  ServiceStep,
  Step,
} from '../plan/step.ts'
import { describeListener, missingListeners } from '../runtime/process/missing-listeners.ts'
import { startService } from '../runtime/start-service.ts'
import { Journal } from './journal.ts'
import { LabError } from './lab-error.ts'
import { reloadService } from './reload-service.ts'
import { makeShared } from './shared-directory.ts'

/** What making steps leaves to remember. */
export interface Made {
  readonly namespaces?: Readonly<Record<string, string>>
  /** What the user is to be told. */
  readonly remark?: string
}

interface MakeOptions {
  readonly lab: string
  readonly signal: AbortSignal
  /** Of steps that stand and are changed in place: what they were, by id. */
  readonly stood: ReadonlyMap<string, Step>
}

/**
 * Makes one group of steps (see `Schedule`), or changes them where they stand. Throws CommandFailed where a program
 * refuses, LabError where a service runs and does not serve. What was set in the kernel is read back by `checkSteps`.
 */
export async function makeSteps(group: StepGroup, options: MakeOptions): Promise<Made> {
  const [first, ...rest] = group
  switch (first.kind) {
    case 'directory':
      return await makeDirectory(first)
    case 'file':
      return makeFile(first)
    case 'service':
      return options.stood.has(first.id)
        ? await reloadService(first, options.lab, options.signal)
        : makeService(first, options)
    case 'image':
      return makeImage(first, options)
    default:
      return makeBatch([first, ...rest.filter(isCommandStep)], options)
  }
}

async function makeDirectory({ path, mode, shared }: DirectoryStep): Promise<Made> {
  if (shared !== undefined) {
    await makeShared(path, mode)
    return {}
  }
  if (!existsSync(path)) mkdirSync(path)
  chmodSync(path, mode)
  return {}
}

/**
 * What is there is written over, as who has it open, or mounted, goes on with the same file. The mode is set at creation,
 * so that a secret is never readable in between.
 */
function makeFile({ path, mode, content }: FileStep): Made {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false)
    rmSync(path, { recursive: true })
  writeFileSync(path, content, { mode })
  chmodSync(path, mode)
  return {}
}

async function makeImage(step: ImageStep, { signal }: MakeOptions): Promise<Made> {
  const { provideImage } = await import('../runtime/docker/provide-image.ts')
  const remark = await provideImage(step, signal)
  return remark === null ? {} : { remark }
}

async function makeService(step: ServiceStep, { lab, signal }: MakeOptions): Promise<Made> {
  const process = await startService(step, lab, signal)
  const missing = missingListeners(step, process.pid)
  if (missing.length > 0)
    throw new LabError(
      `${step.name} runs, but does not listen on ${missing.map(describeListener).join(', ')}`,
      { hint: `${whereItLogs(step)} tells more.` },
    )
  return {}
}

function whereItLogs({ container, logFile }: ServiceStep): string {
  if (container === undefined) return logFile
  return `\`${quoteCommand([...engineCommand(container.engine), 'logs', container.name])}\``
}

async function makeBatch(
  steps: readonly [CommandStep, ...CommandStep[]],
  options: MakeOptions,
): Promise<Made> {
  const strangers = namespacesIn(steps).filter(({ namespace }) => namespaceIdentityOf(namespace))
  try {
    await runCommand(commandOf(asChanges(steps, options)), options)
  } catch (error) {
    disown(strangers, options.lab)
    throw error
  }
  const namespaces = readIdentities(steps)
  return Object.keys(namespaces).length === 0 ? {} : { namespaces }
}

function asChanges(
  [first, ...rest]: readonly [CommandStep, ...CommandStep[]],
  { stood }: MakeOptions,
): [CommandStep, ...CommandStep[]] {
  const asChange = (step: CommandStep): CommandStep => {
    const before = stood.get(step.id)
    if (step.kind !== 'ip' || before?.kind !== 'ip') return step
    return { ...step, lines: changeLines(before, step) }
  }
  return [asChange(first), ...rest.map(asChange)]
}

function namespacesIn(steps: readonly CommandStep[]): NamespaceStep[] {
  return steps.filter(step => step.kind === 'netns')
}

/** What somebody else has made since the lab claimed the name: its making had begun, and yet it is not the lab's. */
function disown(strangers: readonly NamespaceStep[], lab: string): void {
  if (strangers.length === 0) return
  using journal = new Journal(lab)
  journal.write({ event: 'removed', steps: strangers.map(({ id }) => id) })
}

function readIdentities(steps: readonly CommandStep[]): Record<string, string> {
  const names = namespacesIn(steps).map(({ namespace }) => namespace)
  return Object.fromEntries(names.map(name => [name, namespaceIdentityOf(name) ?? 'gone']))
}

async function runCommand({ argv, stdin }: Command, { lab, signal }: MakeOptions): Promise<string> {
  return await run(argv, { stdin, lab, signal })
}
