import type { Step } from '../plan/step.ts'

export interface Changes {
  /** Steps of the old plan to take away, in its order. */
  readonly remove: readonly Step[]
  /** Steps of the new plan to make, in its order. */
  readonly make: readonly Step[]
}

/**
 * Pure: what has to happen so that the new plan stands where the old one was recorded and `stands` says what of it
 * is still there. A step stays when both plans have it, alike, and it stands; what was built on a step that goes, goes
 * with it and is made anew.
 */
export function planChanges(
  recorded: readonly Step[],
  wanted: readonly Step[],
  stands: (stepId: string) => boolean,
): Changes {
  const before = new Map(recorded.map(step => [step.id, step]))
  const anew = new Set(
    wanted
      .filter(step => !(isAlike(before.get(step.id), step) && stands(step.id)))
      .map(({ id }) => id),
  )
  addDependants(wanted, anew)
  addWhatServicesBeginWith(wanted, anew)
  const after = new Set(wanted.map(({ id }) => id))
  return {
    remove: recorded.filter(({ id }) => !after.has(id) || anew.has(id)),
    make: wanted.filter(({ id }) => anew.has(id)),
  }
}

function isAlike(before: Step | undefined, after: Step): boolean {
  return (
    before !== undefined && JSON.stringify(comparable(before)) === JSON.stringify(comparable(after))
  )
}

/** Files that programs rewrite, and reasons, may differ between two plans without anything to do. */
function comparable(step: Step): unknown {
  const { why: _why, source: _source, ...rest } = step
  return rest.kind === 'file' && rest.volatile ? { ...rest, content: '' } : rest
}

/** A need for a service or a directory is an order of starting only: what needs it outlives its restart. */
function addDependants(steps: readonly Step[], anew: Set<string>): void {
  const kinds = new Map(steps.map(step => [step.id, step.kind]))
  let size = -1
  while (size !== anew.size) {
    size = anew.size
    for (const step of steps) {
      const builtOn = step.needs.filter(need => !ORDER_ONLY.has(kinds.get(need) ?? ''))
      if (builtOn.some(need => anew.has(need))) anew.add(step.id)
    }
  }
}

/**
 * A service begins with its files as they were planned: dnsmasq's leases are those of the ports, as Neutron's are. And with
 * its image, which an engine may have lost meanwhile without disturbing what runs.
 */
function addWhatServicesBeginWith(steps: readonly Step[], anew: Set<string>): void {
  const needed = new Set(
    steps.flatMap(step => (step.kind === 'service' && anew.has(step.id) ? step.needs : [])),
  )
  for (const step of steps) if (beginsAnew(step) && needed.has(step.id)) anew.add(step.id)
}

function beginsAnew(step: Step): boolean {
  return step.kind === 'image' || (step.kind === 'file' && step.volatile === true)
}

const ORDER_ONLY = new Set(['service', 'directory', 'image'])
