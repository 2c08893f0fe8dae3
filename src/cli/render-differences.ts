import type { ChalkInstance } from 'chalk'
import type { Step } from '../plan/step.ts'

/** What of a lab is not as it should be. */
export interface Difference {
  /** Id of its step. */
  readonly resource: string
  readonly text: string
}

/**
 * A line each, the first ones of very many, under the namespace that they are about where they do not name it: many have
 * an eth0. Of several resources in a namespace that is gone, the same is to be said.
 */
export function renderDifferences(
  differences: readonly Difference[],
  steps: readonly Step[],
  color: ChalkInstance,
): string[] {
  const byId = new Map(steps.map(step => [step.id, step]))
  const placed = differences.map(({ resource, text }) => [placeOf(byId.get(resource), text), text])
  const told = [...new Map(placed.map(pair => [pair.join('\n'), pair] as const)).values()]
  const shown = told.slice(0, MOST_DIFFERENCES)
  const lines = [...Map.groupBy(shown, ([place]) => place ?? '')].flatMap(([place, group]) => {
    const texts = group.map(([, text]) => `${color.red('-')} ${text}`)
    return place === '' ? texts : [place, ...texts.map(line => `  ${line}`)]
  })
  const rest = told.length - shown.length
  return rest === 0 ? lines : [...lines, `  … and ${rest} more, all of which --json tells`]
}

const MOST_DIFFERENCES = 30

/** A service's name tells its namespace. */
function placeOf(step: Step | undefined, text: string): string | null {
  if (step === undefined || !('namespace' in step) || step.namespace === null) return null
  const isTold = text.includes(step.namespace) || ('name' in step && text.includes(step.name))
  return isTold ? null : step.namespace
}
