import { deriveCloud } from '../cloud/derive-cloud.ts'
import { loadTopologyFile } from '../lab/load-topology-file.ts'
import { gatherFacts } from '../linux/gather-facts.ts'
import { whyWithoutEffect } from '../neutron/why-without-effect.ts'
import { buildPlan } from '../plan/build-plan.ts'
import { describeSize } from './describe-size.ts'
import { print, printJson } from './print.ts'
import { renderError } from './render-error.ts'

/** `lab validate`: checks topologies as `lab up` would, one after the other; exit code 2 where one has mistakes. */
export async function validate(
  sources: readonly string[],
  options: { readonly json?: true },
): Promise<void> {
  const results = []
  for (const source of sources) {
    const result = await check(source)
    results.push(result)
    if (!options.json && result.problem === null) print(`✔ ${source}: ${result.summary}`)
    if (!options.json && result.warning !== null) print(`  ! ${result.warning}`)
    if (!options.json && result.problem !== null) await renderError(result.problem)
    if (result.problem !== null) process.exitCode = 2
  }
  if (options.json)
    printJson(
      results.map(({ source, summary, warning, problem }) => ({
        topology: source,
        valid: problem === null,
        summary,
        ...(warning === null ? {} : { warning }),
        ...(problem === null ? {} : mistakesOf(problem)),
      })),
    )
}

interface Result {
  readonly source: string
  readonly summary: string | null
  /** What of it has no effect, and why. */
  readonly warning: string | null
  readonly problem: unknown
}

async function check(source: string): Promise<Result> {
  try {
    const { topology, name } = await loadTopologyFile(source)
    const cloud = deriveCloud(topology, { lab: name, secret: '' })
    const { steps } = buildPlan(cloud, gatherFacts())
    const summary = `${describeSize(cloud)}; ${steps.length} resources`
    return { source, summary, warning: whyWithoutEffect(cloud), problem: null }
  } catch (problem) {
    return { source, summary: null, warning: null, problem }
  }
}

function mistakesOf(problem: unknown): object {
  if (problem instanceof Error && 'mistakes' in problem) return { mistakes: problem.mistakes }
  return { message: problem instanceof Error ? problem.message : String(problem) }
}
