import type { ProvidedEngine } from './provide-engines.ts'
import { nothing, type Total } from './total.ts'

/** Says which engine tests have. That there is none is a failure only where LAB_REQUIRE_DOCKER=1 relies on it. */
export function countEngine(
  { kind, host, why }: ProvidedEngine,
  environment: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void = console.log,
): Total {
  const isRequired = environment.LAB_REQUIRE_DOCKER === '1'
  const end = host !== undefined ? 'passed' : isRequired ? 'failed' : 'skipped'
  const line = `${SIGNS[end]} ${kind}: ${host ?? 'no engine'} (${why})`
  say(line)
  return { ...nothing, [end]: 1, failures: end === 'failed' ? [[line]] : [] }
}

const SIGNS = { passed: '✔', failed: '✘', skipped: '-' } as const
