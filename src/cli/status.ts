import { describeAgentProblem } from '../lab/explain-elsewhere.ts'
import { asOfThisBoot, readJournal } from '../lab/journal.ts'
import { LabError } from '../lab/lab-error.ts'
import { observe } from '../lab/observe.ts'
import { type LabRecord, upCommandOf } from '../lab/record.ts'
import { isContained, type ServiceStep } from '../plan/step.ts'
import { readAllHistories as readWatchersHistories } from '../runtime/process/histories.ts'
import { describeListener } from '../runtime/process/missing-listeners.ts'
import type { ServiceHistory } from '../runtime/service-history.ts'
import { colorsFor } from './colors.ts'
import { asTyped } from './command-name.ts'
import { describeRuntime } from './describe-runtime.ts'
import { stateOf } from './list.ts'
import { type GlobalOptions, pickRecord } from './pick-lab.ts'
import { alignColumns, print, printJson } from './print.ts'
import { requireRoot } from './require-root.ts'
import { runtimeOf } from './runtime-of.ts'

/** `lab status`: what stands, what should, what differs. Exit code 1 where something does. */
export async function status(
  name: string | undefined,
  options: { readonly json?: true },
  globals: GlobalOptions,
): Promise<void> {
  requireRoot()
  const record = pickRecord(name, globals)
  const seen = await look(record)
  if (seen.differences.length > 0) process.exitCode = 1
  if (options.json) return printJson(seen)
  print(render({ ...seen, place: describeRuntime(record), upCommand: upCommandOf(record) }))
}

interface ServiceRow {
  readonly name: string
  readonly service: string
  /** Null for the machine's own. */
  readonly namespace: string | null
  readonly pid: number | null
  readonly listens: readonly string[]
  /** Null for a process. */
  readonly container: string | null
  readonly history: ServiceHistory | null
}

async function look(record: LabRecord) {
  const { steps } = record.plan
  const { differences, processes } = await observe(steps, asOfThisBoot(readJournal(record.lab)))
  const { histories, engineProblem } = await readAllHistories(record)
  const services = steps
    .filter((step): step is ServiceStep => step.kind === 'service')
    .map(
      (step): ServiceRow => ({
        name: step.name,
        service: step.service,
        namespace: step.namespace,
        pid: processes.get(step.name)?.pid ?? null,
        listens: step.listens.map(describeListener),
        container: step.container?.name ?? null,
        history: histories[step.name] ?? null,
      }),
    )
  return {
    lab: record.lab,
    state: await stateOf(record.lab),
    topology: record.topology,
    release: record.cloud.neutron.release,
    runtime: runtimeOf(record),
    resources: steps.length,
    standing: steps.filter(({ id }) => differences.get(id)?.length === 0).length,
    differences: steps.flatMap(({ id }) =>
      (differences.get(id) ?? []).map(text => ({ resource: id, text })),
    ),
    services,
    agentProblem: describeAgentProblem(record.cloud),
    engineProblem,
  }
}

/** An engine that does not answer keeps nobody from seeing the rest. */
async function readAllHistories({ lab, plan }: LabRecord) {
  const services = readWatchersHistories(lab)
  const contained = plan.steps.filter(isContained)
  if (contained.length === 0) return { histories: services, engineProblem: null }
  try {
    const { readHistories } = await import('../runtime/docker/read-histories.ts')
    return { histories: await readHistories(contained), engineProblem: null }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const hint = error instanceof LabError && error.hint !== null ? `\n  ${error.hint}` : ''
    return { histories: services, engineProblem: `${error.message}${hint}` }
  }
}

interface Shown extends Awaited<ReturnType<typeof look>> {
  readonly upCommand: string
  /** Where the services run, in words. */
  readonly place: string
}

function render(seen: Shown): string {
  const color = colorsFor('stdout')
  const whole = seen.differences.length === 0
  const mark = whole ? color.green('✔') : color.red('✖')
  const rows = seen.services.map(row => [
    `  ${row.name}`,
    row.pid === null ? 'down' : `pid ${row.pid}`,
    describeHistory(row),
  ])
  return [
    `${mark} Lab ${color.bold(seen.lab)} ${seen.state}: ${seen.standing} of ${seen.resources} resources ` +
      `${color.dim(`(${seen.topology}, Neutron ${seen.release}, ${seen.place})`)}`,
    '',
    ...alignColumns(rows),
    ...[seen.agentProblem, seen.engineProblem].flatMap(problem =>
      problem === null ? [] : ['', `${color.yellow('!')} ${problem}`],
    ),
    ...(whole ? [] : ['', ...textsOf(seen.differences).map(text => `${color.red('-')} ${text}`)]),
    ...(whole
      ? []
      : [
          '',
          asTyped(`\`${seen.upCommand}\` puts it right, \`lab down ${seen.lab}\` takes it away.`),
        ]),
  ].join('\n')
}

/** Of several resources in a namespace that is gone, the same is to be said. */
function textsOf(differences: readonly { readonly text: string }[]): string[] {
  return [...new Set(differences.map(({ text }) => text))]
}

function describeHistory({ history, pid, service, container }: ServiceRow): string {
  if (pid === null && history?.lastError) {
    const [words] = history.lastError.split('\n')
    // What an engine itself could not do is in no log of the service.
    const told = container === null ? '' : ` (${words})`
    return asTyped(`cannot be started again: \`lab logs ${service}\`${told}`)
  }
  if (history === null || history.restarts === 0) return ''
  const times = history.restarts === 1 ? 'once' : `${history.restarts} times`
  return `died and was put back ${times}, last at ${history.lastRestartAt}`
}
