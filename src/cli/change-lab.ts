import { LabError } from '../lab/lab-error.ts'
import { type LabRecord, upCommandOf } from '../lab/record.ts'
import { RuntimeChoice } from '../lab/runtime-choice.ts'
import { bringUp, type UpResult } from '../lab/up.ts'
import { gatherFacts } from '../linux/gather-facts.ts'
import { agentsNotTold } from '../neutron/not-told.ts'
import { buildPlan } from '../plan/build-plan.ts'
import { describeFailure, wordsOf } from './describe-failure.ts'
import { describeEffects, runningOf } from './effects.ts'
import { ensurePrograms } from './ensure-programs.ts'
import { placeInTopology } from './explain-mistakes.ts'
import { Interrupted, untilInterrupted } from './interrupt.ts'
import { stateWhile } from './list.ts'
import { lockForCommand } from './lock-for-command.ts'
import { type GlobalOptions, pickLab, pickRecord } from './pick-lab.ts'
import { print, printJson, remark } from './print.ts'
import { type Change, readChange } from './read-change.ts'
import { optionsOf, type Wish } from './read-wish.ts'
import { requireRoot } from './require-root.ts'

export interface ChangeOptions {
  readonly json?: true
}

/**
 * Changes a lab that stands: edits the topology that it keeps, applies the difference, and says what that did. After
 * a failure or an interruption what stood stands again. Throws LabError.
 */
export async function changeLab(
  change: Change,
  options: ChangeOptions,
  globals: GlobalOptions,
): Promise<void> {
  requireRoot()
  const { words, tell } = change
  const lab = pickLab(undefined, globals)
  await using _lock = await lockForCommand(lab, `lab ${words.join(' ')}`)
  const before = pickRecord(lab, globals)
  refuseUnlessItStands(before)
  const wish = await readChange(before, change)
  await ensurePrograms(true, wish.programs)
  const ran = runningOf(before.plan)
  const reached = new Set<string>()
  const result = await apply(before, wish, reached)
  const { record: after } = result
  const effects = describeEffects({ before, after, ran, runs: runningOf(after.plan), reached })
  const told = await tell(before, after)
  const notTold = agentsNotTold(before, after)
  if (options.json) {
    const { outcome, made, changed, gone } = result
    return printJson({ lab, change: words, outcome, made, changed, gone, told, effects, notTold })
  }
  const others = effects.flatMap(({ text }) => (text === null ? [] : [`  ${text}`]))
  const unheard = notTold.map(({ agent, why }) => `! ${agent} has not heard of it: ${why}`)
  print([...told.map(line => `✔ ${line}`), ...others, ...unheard].join('\n'))
}

/** A change begins with what stands; one that was killed is ended or taken back before the next. */
export function refuseUnlessItStands(record: LabRecord): void {
  const { lab } = record
  const state = stateWhile(false, lab)
  if (state === 'stands') return
  throw new LabError(`Lab ${lab} does not stand: it is ${state}`, {
    hint: `\`${upCommandOf(record)}\` puts it up, \`lab down ${lab}\` takes it away.`,
  })
}

/** Gives names of services that it has come to into `reached`. */
async function apply(before: LabRecord, wish: Wish, reached: Set<string>): Promise<UpResult> {
  const { image } = optionsOf(wish.options)
  const runtime = { runtime: 'auto', ...(image === undefined ? {} : { image }) } as const
  const containers = await new RuntimeChoice(runtime, process.env).choose(before)
  using interrupt = untilInterrupted()
  try {
    return await bringUp({
      topology: wish.source,
      kept: wish.kept,
      options: wish.options,
      containers,
      ...wish.settle('standing', containers),
      looksAt: 'changes',
      signal: interrupt.signal,
      onEvent: event => {
        if (event.event === 'remark') remark(`! ${event.text}`)
        else if (event.event === 'made')
          for (const step of event.steps) if (step.kind === 'service') reached.add(step.name)
      },
    })
  } catch (error) {
    throw await takeBack(error, before)
  }
}

/** Puts up again what stood before a change that failed, and gives the error to show. */
async function takeBack(error: unknown, before: LabRecord): Promise<LabError> {
  const problem = await describeFailure(error, placeOf)
  const exitCode = error instanceof Interrupted ? error.exitCode : 1
  try {
    await bringUp({
      ...before,
      plan: buildPlan(before.cloud, gatherFacts(before.containers), before.states),
      signal: new AbortController().signal,
    })
  } catch (second) {
    const then = await describeFailure(second, placeOf)
    return new LabError(`${problem}\n${then}`, {
      cause: error,
      standing: 'Not all that stood before could be put up again.',
      hint: `\`${upCommandOf(before)}\` tries again, \`lab down ${before.lab}\` takes the lab away.`,
      exitCode,
    })
  }
  const hint = error instanceof LabError ? (error.hint ?? undefined) : undefined
  return new LabError(problem || wordsOf(error), {
    cause: error,
    standing: 'Nothing of the change was kept: what stood stands.',
    hint,
    exitCode,
  })
}

/** The edited topology is on no disk, so nothing of it is at a line. */
function placeOf(path: readonly string[]): string {
  return `at ${placeInTopology(path)} of the topology`
}
