import { deriveCloud } from '../../../src/cloud/derive-cloud.ts'
import { loadTopologyFile } from '../../../src/lab/load-topology-file.ts'
import { gatherFacts } from '../../../src/linux/gather-facts.ts'
import { buildPlan } from '../../../src/plan/build-plan.ts'
import { Schedule, type StepGroup } from '../../../src/plan/schedule.ts'
import type { Plan, Step } from '../../../src/plan/step.ts'

/** Of a topology's lab of processes: the groups in which `lab up` makes it, by the kind of their first step. */
export async function kindsOfEffects(source: string): Promise<readonly string[]> {
  const { topology } = await loadTopologyFile(source)
  const cloud = deriveCloud(topology, { lab: 'any', secret: 'secret', standing: null })
  const plan = buildPlan(cloud, gatherFacts(null))
  return [...new Set(groupsOf(plan).map(([first]) => kindOf(first, plan)))]
}

function groupsOf({ steps }: Plan): readonly StepGroup[] {
  const schedule = new Schedule(steps)
  const groups: StepGroup[] = []
  for (let group = schedule.takeGroup(); group !== null; group = schedule.takeGroup()) {
    groups.push(group)
    schedule.markDone(group)
  }
  return groups
}

/**
 * What steps have in common that are made and taken away by the same code in the same place: all files in the state
 * directory, which go as a whole; what `ip` does in a namespace; else their id. Without the names of the lab and of what is in it.
 */
export function kindOf(step: Step, { lab, statePath }: Pick<Plan, 'lab' | 'statePath'>): string {
  const { id, kind } = step
  if (id.startsWith(`${kind}:${statePath}/`)) return `${kind} in the state directory`
  return (step.kind === 'ip' ? `ip in ${step.namespace}` : id)
    .replaceAll(lab, '')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{2,})*/g, '')
    .replaceAll(/\bvm\d/g, 'vm')
}
