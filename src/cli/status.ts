import { statSync } from 'node:fs'
import { describeAgentProblem } from '../lab/explain-elsewhere.ts'
import { asOfThisBoot, readJournal } from '../lab/journal.ts'
import { LabError } from '../lab/lab-error.ts'
import { observe } from '../lab/observe.ts'
import { journalPathOf } from '../lab/paths.ts'
import { type LabRecord, upCommandOf } from '../lab/record.ts'
import { nameNamespaces } from '../plan/name-namespaces.ts'
import { isContained, isService, type Step } from '../plan/step.ts'
import { readAllHistories as readWatchersHistories } from '../runtime/process/histories.ts'
import { describeListener } from '../runtime/process/missing-listeners.ts'
import { colorsFor } from './colors.ts'
import { asTyped } from './command-name.ts'
import { describeHosts } from './describe-hosts.ts'
import { describeRuntime } from './describe-runtime.ts'
import { stateOf } from './list.ts'
import { lookUntilStill } from './look-until-still.ts'
import { type GlobalOptions, pickLab, pickRecord } from './pick-lab.ts'
import { print, printJson } from './print.ts'
import { renderDifferences } from './render-differences.ts'
import { renderServices, type ServiceRow } from './render-services.ts'
import { requireRoot } from './require-root.ts'
import { runtimeOf } from './runtime-of.ts'

/** `lab status`: what stands, what should, what differs. Exit code 1 where something does. */
export async function status(
  name: string | undefined,
  options: { readonly json?: true },
  globals: GlobalOptions,
): Promise<void> {
  requireRoot()
  const lab = pickLab(name, globals)
  const { record, seen } = await lookUntilStill({
    look: async () => {
      const record = pickRecord(lab, globals)
      return { record, seen: await look(record) }
    },
    changeTime: () => changeTimeOf(lab),
    isWhole: ({ seen }) => seen.differences.length === 0,
  })
  if (seen.differences.length > 0) process.exitCode = 1
  if (options.json) return printJson(seen)
  const { steps } = record.plan
  const [place, upCommand] = [describeRuntime(record), upCommandOf(record)]
  print(render({ ...seen, steps, place, upCommand }))
}

/** Of its journal, to which all that is done to a lab is written. */
function changeTimeOf(lab: string): number | undefined {
  return statSync(journalPathOf(lab), { throwIfNoEntry: false })?.mtimeMs
}

async function look(record: LabRecord) {
  const { steps } = record.plan
  const { differences, processes } = await observe(steps, asOfThisBoot(readJournal(record.lab)))
  const { histories, engineProblem } = await readAllHistories(record)
  const names = nameNamespaces(record)
  const services = steps.filter(isService).map(
    (step): ServiceRow => ({
      name: step.name,
      service: step.service,
      host: step.host,
      of: names.get(step.namespace ?? '') ?? null,
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
    hosts: describeHosts(record).map(({ name, state, stopped }) => ({ name, state, stopped })),
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
  readonly steps: readonly Step[]
  readonly upCommand: string
  /** Where the services run, in words. */
  readonly place: string
}

function render(seen: Shown): string {
  const color = colorsFor('stdout')
  const whole = seen.differences.length === 0
  const mark = whole ? color.green('✔') : color.red('✖')
  return [
    `${mark} Lab ${color.bold(seen.lab)} ${seen.state}: ${seen.standing} of ${seen.resources} resources ` +
      `${color.dim(`(${seen.topology}, Neutron ${seen.release}, ${seen.place})`)}`,
    ...renderServices(seen.services, seen.hosts, color),
    ...[seen.agentProblem, seen.engineProblem].flatMap(problem =>
      problem === null ? [] : ['', `${color.yellow('!')} ${problem}`],
    ),
    ...(whole ? [] : ['', ...renderDifferences(seen.differences, seen.steps, color)]),
    ...(whole
      ? []
      : [
          '',
          asTyped(`\`${seen.upCommand}\` puts it right, \`lab down ${seen.lab}\` takes it away.`),
        ]),
  ].join('\n')
}
