import type { FileStep, ServiceStep } from './step.ts'

/** Whether a service that runs for one step does all that another asks for, but for its files. */
export function isSameService(before: ServiceStep, after: ServiceStep): boolean {
  return (
    JSON.stringify(startOf(before)) === JSON.stringify(startOf(after)) && leasesAlike(before, after)
  )
}

/** Nothing is said of the addresses where no server can be reached, whose coming and going is no reason to begin anew. */
function leasesAlike({ leases: before = [] }: ServiceStep, { leases: after = [] }: ServiceStep) {
  if (before.length === 0 || after.length === 0) return true
  return JSON.stringify(before) === JSON.stringify(after)
}

/** What counts from its start on. What it listens on follows from its command line, its files and its addresses. */
function startOf(step: ServiceStep): unknown {
  const {
    why: _why,
    source: _source,
    needs: _needs,
    phase: _phase,
    files: _files,
    listens: _listens,
    reloads: _reloads,
    staysWhileItRuns: _stays,
    leasing: _leasing,
    leases: _leases,
    ...rest
  } = step
  return rest
}

/** Whether a service reads by itself or on its signal what has changed in a file. */
export function readsAgain({ reloads }: ServiceStep, before: FileStep, after: FileStep): boolean {
  const file = reloads?.files.find(({ id }) => id === after.id)
  if (file === undefined) return false
  const { members } = file
  return members === undefined || without(members, before) === without(members, after)
}

function without(members: readonly string[], { content }: FileStep): string {
  const value: unknown = JSON.parse(content)
  const others = Object.entries(value ?? {}).filter(([name]) => !members.includes(name))
  return JSON.stringify(others)
}
