import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { namespaceIdentityOf } from '../linux/namespace-identity.ts'
import type { ProcessIdentity } from '../linux/process-table.ts'
import { readNamespace } from '../linux/read-ip.ts'
import { readRules } from '../linux/read-rules.ts'
import { run } from '../linux/run.ts'
import { type Command, type CommandStep, commandOf } from '../plan/command.ts'
import { ipDifferences } from '../plan/ip-differences.ts'
import { rulesDifferences } from '../plan/rules-differences.ts'
import type { DirectoryStep, FileStep, RulesStep, ServiceStep, Step } from '../plan/step.ts'
import { describeListener, missingListeners } from '../runtime/process/missing-listeners.ts'
import { startService } from '../runtime/process/start-service.ts'
import { LabError } from './lab-error.ts'
import { makeShared } from './shared-directory.ts'

/** What making steps leaves to remember. */
export interface Made {
  readonly namespaces?: Readonly<Record<string, string>>
  readonly process?: ProcessIdentity
}

interface MakeOptions {
  readonly lab: string
  readonly signal: AbortSignal
}

/**
 * Makes one batch of steps (see `groupByBatch`) and reads back what the machine then shows. Throws CommandFailed
 * where a program refuses, LabError where it does not but the machine shows something else.
 */
export async function makeSteps(
  group: readonly [Step, ...Step[]],
  options: MakeOptions,
): Promise<Made> {
  const [first, ...rest] = group
  switch (first.kind) {
    case 'directory':
      return await makeDirectory(first)
    case 'file':
      return makeFile(first)
    case 'service':
      return makeService(first, options)
    case 'rules':
      return makeRules(first, options)
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

/** The mode is set at creation, so that a secret is never readable in between. */
function makeFile({ path, mode, content }: FileStep): Made {
  writeFileSync(path, content, { mode })
  chmodSync(path, mode)
  return {}
}

async function makeService(step: ServiceStep, { lab, signal }: MakeOptions): Promise<Made> {
  const process = await startService(step, lab, signal)
  const missing = missingListeners(step, process.pid)
  if (missing.length > 0)
    throw new LabError(
      `${step.name} runs, but does not listen on ${missing.map(describeListener).join(', ')}`,
      { hint: `Read ${step.logFile}.` },
    )
  return { process }
}

async function makeRules(step: RulesStep, options: MakeOptions): Promise<Made> {
  await runCommand(commandOf([step]), options)
  const differences = rulesDifferences(step.rules, await readRules(step.namespace, step.family))
  if (differences.length > 0)
    throw new LabError(`The rules of ${step.namespace} did not take: ${differences.join('; ')}`)
  return {}
}

async function makeBatch(
  steps: readonly [CommandStep, ...CommandStep[]],
  options: MakeOptions,
): Promise<Made> {
  await runCommand(commandOf(steps), options)
  const [first] = steps
  if (first.kind === 'netns') return { namespaces: readIdentities(steps) }
  if (first.kind === 'ip') await checkIp(first.namespace, steps)
  return {}
}

function readIdentities(steps: readonly CommandStep[]): Record<string, string> {
  const names = steps.flatMap(step => (step.kind === 'netns' ? [step.namespace] : []))
  return Object.fromEntries(names.map(name => [name, namespaceIdentityOf(name) ?? 'gone']))
}

async function checkIp(namespace: string, steps: readonly CommandStep[]): Promise<void> {
  const { links, routes } = await readNamespace(namespace)
  const differences = steps.flatMap(step =>
    step.kind === 'ip' ? ipDifferences(step.expects, links, routes) : [],
  )
  if (differences.length > 0)
    throw new LabError(
      `In ${namespace} the kernel does not show what was set: ${differences.join('; ')}`,
    )
}

async function runCommand({ argv, stdin }: Command, { lab, signal }: MakeOptions): Promise<string> {
  const [file = '', ...rest] = argv
  return await run([file, ...rest], { stdin, lab, signal })
}

function isCommandStep(step: Step): step is CommandStep {
  return step.kind !== 'file' && step.kind !== 'directory'
}
