import { deriveCloud } from '../cloud/derive-cloud.ts'
import { loadTopologyFile } from '../lab/load-topology-file.ts'
import { gatherFacts } from '../linux/gather-facts.ts'
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
    if (!options.json && result.problem !== null) await renderError(result.problem)
    if (result.problem !== null) process.exitCode = 2
  }
  if (options.json)
    printJson(
      results.map(({ source, summary, problem }) => ({
        topology: source,
        valid: problem === null,
        summary,
        ...(problem === null ? {} : mistakesOf(problem)),
      })),
    )
}

async function check(
  source: string,
): Promise<{ source: string; summary: string | null; problem: unknown }> {
  try {
    const { topology, name } = await loadTopologyFile(source)
    const cloud = deriveCloud(topology, { lab: name, secret: '' })
    const { steps } = buildPlan(cloud, gatherFacts())
    return { source, summary: `${describeSize(cloud)}; ${steps.length} resources`, problem: null }
  } catch (problem) {
    return { source, summary: null, problem }
  }
}

function mistakesOf(problem: unknown): object {
  if (problem instanceof Error && 'mistakes' in problem) return { mistakes: problem.mistakes }
  return { message: problem instanceof Error ? problem.message : String(problem) }
}
