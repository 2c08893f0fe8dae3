import type { ContainerFacts } from '../cloud/machine-facts.ts'
import { ApplyFailed } from '../lab/apply.ts'
import { type LabRecord, readRecord, readRecordIfReadable, upCommandOf } from '../lab/record.ts'
import { RuntimeChoice, type RuntimeName } from '../lab/runtime-choice.ts'
import { bringUp, type UpResult } from '../lab/up.ts'
import { ensurePrograms } from './ensure-programs.ts'
import { FirstFetch } from './first-fetch.ts'
import { untilInterrupted } from './interrupt.ts'
import { lockForCommand } from './lock-for-command.ts'
import { remark } from './print.ts'
import { Progress } from './progress.ts'
import { readWish, type Wish } from './read-wish.ts'
import { refuseLackingMachine } from './refuse-lacking-machine.ts'
import { requireRoot } from './require-root.ts'

export interface UpCommandOptions {
  readonly name?: string
  readonly release?: string
  readonly runtime: RuntimeName
  readonly image?: string
  readonly dryRun?: true
  readonly keepOnError?: true
  readonly install: boolean
  readonly json?: true
}

/** `lab up`: builds the lab of a topology, or applies what has changed in it, and shows what a newcomer asks. */
export async function up(source: string, options: UpCommandOptions): Promise<void> {
  const startedAt = performance.now()
  if (!options.dryRun) requireRoot()
  const wish = await readWish(source, options)
  const runtime = new RuntimeChoice(options, process.env)
  if (options.dryRun) {
    const { printScript } = await import('./print-script.ts')
    return printScript(wish, await chooseRuntime(runtime, options, null))
  }
  runtime.lookAhead(readRecordIfReadable(wish.lab))
  await ensurePrograms(options.install, wish.programs)
  await refuseLackingMachine()
  await using _lock = await lockForCommand(wish.lab, `lab up ${source}`)
  const containers = await chooseRuntime(runtime, options, readRecord(wish.lab))
  const { result, fetch } = await build(source, wish, options, containers)
  const { summarize } = await loadSummary()
  await summarize(result, fetch, {
    seconds: (performance.now() - startedAt) / 1000,
    json: options.json === true,
  })
}

/** Says why services do not run in containers where somebody may expect it. */
async function chooseRuntime(
  runtime: RuntimeChoice,
  { image }: UpCommandOptions,
  standing: LabRecord | null,
): Promise<ContainerFacts | null> {
  const containers = await runtime.choose(standing)
  const { refusal } = runtime
  if (refusal !== null && refusal.refusal.reason !== 'absent')
    remark(
      `! ${refusal.message.replaceAll('\n', '\n  ')}\n  The services run as processes. ${refusal.hint ?? ''}`,
    )
  if (containers === null && image !== undefined)
    remark(`! Image ${image} is not used: the services run as processes.`)
  return containers
}

const loadSummary = () => import('./summary.ts')

async function build(
  source: string,
  wish: Wish,
  options: UpCommandOptions,
  containers: ContainerFacts | null,
): Promise<{ result: UpResult; fetch: FirstFetch }> {
  const { cloud, states, plan } = wish.settle('standing', containers)
  const progress = new Progress()
  const fetch = new FirstFetch(cloud)
  const before = readRecord(plan.lab)
  const stood = before !== null
  const interrupt = untilInterrupted()
  const remarks: string[] = []
  try {
    const result = await bringUp({
      topology: wish.source,
      kept: wish.kept,
      options: wish.options,
      containers,
      cloud,
      states,
      plan,
      signal: interrupt.signal,
      onStart: steps => {
        progress.start(steps)
        fetch.start(steps)
        // Only fetched early: where that fails, it fails again where it is used.
        loadSummary().catch(() => undefined)
      },
      onEvent: event => {
        if (event.event === 'remark') remarks.push(event.text)
        progress.note(event)
        fetch.note(event)
      },
    })
    await progress.end()
    for (const text of remarks) remark(`! ${text}`)
    if (before?.kept.edited === true && !wish.kept.edited && result.outcome === 'changed')
      remark(`! What commands had changed of the lab went: it is what ${source} says.`)
    return { result, fetch }
  } catch (error) {
    await progress.end(error instanceof ApplyFailed ? (error.steps[0]?.phase ?? null) : null)
    const { undoFailure } = await import('./undo-failure.ts')
    throw await undoFailure(error, {
      lab: plan.lab,
      upCommand: upCommandOf({ topology: wish.source, options: wish.options }),
      stood,
      keep: options.keepOnError === true || stood,
      whereIs: wish.whereIs,
    })
  } finally {
    interrupt[Symbol.dispose]()
  }
}
