import process from 'node:process'
import { LabError } from '../../lab/lab-error.ts'
import { engineCommand } from '../../plan/docker-run.ts'
import { quoteCommand } from '../../plan/shell-quote.ts'
import type { Container, ContainerEngine } from '../../plan/step.ts'
import { connectionTo } from './connection-to.ts'
import { fieldOf, textOf } from './decode.ts'
import { EngineUnusable } from './engine-unusable.ts'
import { explainNoAnswer } from './explain-no-answer.ts'
import { getFromEngine } from './get-from-engine.ts'

type Named = Pick<Container, 'engine' | 'name' | 'labels'>

/**
 * Before a lab changes anything: throws LabError where somebody else's container has a name of the plan, and
 * EngineUnusable where an engine that it needs, or has needed so far, does not answer. Without dockerode, as `askEngine`.
 */
export async function refuseTakenNames(lab: string, containers: readonly Named[]): Promise<void> {
  const engines = new Map(containers.map(({ engine }) => [engine.host, engine]))
  const taken = await Promise.all(
    [...engines.values()].map(async engine => {
      const strangers = await strangersAt(engine, lab)
      return containers.filter(one => one.engine.host === engine.host && strangers.has(one.name))
    }),
  )
  const [first, ...rest] = taken.flat()
  if (first !== undefined) throw isTaken(lab, first, rest.length)
}

/** Names, like those of the lab's containers, of containers that do not have its label. */
async function strangersAt({ host }: ContainerEngine, lab: string): Promise<ReadonlySet<string>> {
  const filters = encodeURIComponent(JSON.stringify({ name: [`lab-${lab}-`] }))
  const limit = AbortSignal.timeout(LIMIT_MS)
  try {
    const connection = connectionTo(host, process.env)
    const path = `/containers/json?all=1&filters=${filters}`
    const { body } = await getFromEngine(connection, path, limit)
    const seen: unknown = JSON.parse(body)
    const others = (Array.isArray(seen) ? seen : []).filter(
      one => textOf(fieldOf(one, 'Labels'), 'lab') !== lab,
    )
    return new Set(others.flatMap(namesOf))
  } catch (error) {
    throw explain(lab, host, error, limit.aborted)
  }
}

const LIMIT_MS = 10_000

function namesOf(container: unknown): string[] {
  const names = fieldOf(container, 'Names')
  return (Array.isArray(names) ? names : []).map(name => String(name).replace(/^\//, ''))
}

function explain(lab: string, host: string, error: unknown, isLate: boolean): EngineUnusable {
  const refusal =
    error instanceof EngineUnusable
      ? error.refusal
      : explainNoAnswer(host, error, isLate ? LIMIT_MS : null)
  const hint = `${refusal.remedy}; then the same again. Where it is gone for good, \`lab down ${lab}\` tells how to go on.`
  return new EngineUnusable(refusal, { hint, cause: error })
}

function isTaken(lab: string, { name, engine }: Named, others: number): LabError {
  const more = others === 0 ? '' : ` (and ${others} more that the lab needs)`
  return new LabError(
    `Cannot build lab ${lab}: container ${name} exists already and is not this lab's${more}`,
    {
      standing: 'Nothing was changed.',
      hint: `\`${quoteCommand([...engineCommand(engine), 'inspect', name])}\` shows whose it is. Remove or rename it, or give the lab another name with --name.`,
    },
  )
}
