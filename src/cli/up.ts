import { randomBytes } from 'node:crypto'
import type { Cloud } from '../cloud/cloud.ts'
import { deriveCloud } from '../cloud/derive-cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { ApplyFailed } from '../lab/apply.ts'
import { LabError } from '../lab/lab-error.ts'
import { loadTopologyFile } from '../lab/load-topology-file.ts'
import { lockLab } from '../lab/lock.ts'
import { journalPathOf, recordPathOf } from '../lab/paths.ts'
import { encodeRecord, RECORD_FORMAT, readRecord } from '../lab/record.ts'
import { bringUp, type UpResult } from '../lab/up.ts'
import { gatherFacts } from '../linux/gather-facts.ts'
import { buildPlan } from '../plan/build-plan.ts'
import { renderScript } from '../plan/render-script.ts'
import type { Plan } from '../plan/step.ts'
import { type ReleaseName, releaseNames } from '../topology/release-names.ts'
import { suggest } from '../topology/suggest.ts'
import { ensurePrograms } from './ensure-programs.ts'
import { untilInterrupted } from './interrupt.ts'
import { checkLabName } from './pick-lab.ts'
import { print, remark } from './print.ts'
import { Progress } from './progress.ts'
import { refuseLackingMachine } from './refuse-lacking-machine.ts'
import { requireRoot } from './require-root.ts'
import { undoFailure } from './undo-failure.ts'

export interface UpCommandOptions {
  readonly name?: string
  readonly release?: string
  readonly runtime: 'process'
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
  if (options.dryRun) return printScript(wish)
  await ensurePrograms(options.install)
  await refuseLackingMachine()
  await using _lock = await lockLab({
    lab: wish.lab,
    command: `lab up ${source}`,
    waitMs: LOCK_WAIT_MS,
    onWait: holder => remark(`Waiting for ${holder} …`),
  })
  const result = await build(wish, options)
  const { summarize } = await import('./summary.ts')
  await summarize(result, {
    seconds: (performance.now() - startedAt) / 1000,
    json: options.json === true,
  })
}

/** Long enough for the largest lab that another command may be building or taking down. */
export const LOCK_WAIT_MS = 120_000

interface Wish {
  readonly source: string
  readonly lab: string
  readonly facts: MachineFacts
  readonly cloudWith: (secret: string) => Cloud
  /** `file:line:column` of a path of the topology. */
  readonly whereIs: (path: readonly string[]) => string
}

async function readWish(source: string, options: UpCommandOptions): Promise<Wish> {
  const { topology, name, locate, source: file } = await loadTopologyFile(source)
  const lab = options.name ?? name
  checkLabName(lab)
  const release = options.release === undefined ? {} : { release: checkRelease(options.release) }
  return {
    source,
    lab,
    facts: gatherFacts(),
    cloudWith: secret => deriveCloud(topology, { lab, secret, ...release }),
    whereIs: path => {
      const { line, column } = locate(path)
      return `${file.path}:${line}:${column}`
    },
  }
}

function checkRelease(name: string): ReleaseName {
  const release = releaseNames.find(known => known === name)
  if (release !== undefined) return release
  const near = suggest(name, releaseNames)
  throw new LabError(
    `There is no release ${name} of Neutron${near === undefined ? '' : `; ${near}`}`,
    {
      hint: `There is ${releaseNames.join(', ')}.`,
      exitCode: 2,
    },
  )
}

/** The secret of a lab that stands is kept; a new one is random. A topology that sets one has its way. */
function settle({ lab, facts, cloudWith }: Wish): { cloud: Cloud; plan: Plan } {
  const standing = readRecord(lab)?.cloud.neutron.metadata_agent.metadata_proxy_shared_secret
  const cloud = cloudWith(standing ?? randomBytes(16).toString('hex'))
  return { cloud, plan: buildPlan(cloud, facts) }
}

function printScript({ lab, facts, cloudWith, source }: Wish): void {
  const cloud = cloudWith(randomBytes(16).toString('hex'))
  const plan = buildPlan(cloud, facts)
  const record = {
    format: RECORD_FORMAT,
    lab,
    topology: source,
    runtime: 'process',
    cloud,
    plan,
  } as const
  print(
    renderScript(plan, {
      path: recordPathOf(lab),
      content: encodeRecord(record),
      journalPath: journalPathOf(lab),
    }),
  )
}

async function build(wish: Wish, options: UpCommandOptions): Promise<UpResult> {
  const { cloud, plan } = settle(wish)
  const progress = new Progress()
  const wasThere = readRecord(plan.lab) !== null
  const interrupt = untilInterrupted()
  try {
    const result = await bringUp({
      topology: wish.source,
      cloud,
      plan,
      signal: interrupt.signal,
      onStart: steps => progress.start(steps),
      onEvent: event => progress.note(event),
    })
    await progress.end()
    return result
  } catch (error) {
    await progress.end(error instanceof ApplyFailed ? (error.steps[0]?.phase ?? null) : null)
    throw await undoFailure(error, {
      lab: plan.lab,
      topology: wish.source,
      keep: options.keepOnError === true || wasThere,
      whereIs: wish.whereIs,
    })
  } finally {
    interrupt[Symbol.dispose]()
  }
}
