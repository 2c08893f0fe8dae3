import type { MachineFacts } from '../cloud/machine-facts.ts'
import { isAlike } from '../neutron/is-alike.ts'
import { buildPlan } from '../plan/build-plan.ts'
import type { ServiceStep, Step } from '../plan/step.ts'
import type { LabRecord } from './record.ts'

/**
 * What agents would write now for services that they have left as they were while these ran, by step id: the services and
 * their files, none of those that would be as they are. An agent writes it whenever it starts one
 * (`_get_metadata_proxy_callback`, neutron/agent/metadata/driver.py).
 */
export function writtenNow(
  { cloud, states, plan }: Pick<LabRecord, 'cloud' | 'states' | 'plan'>,
  facts: MachineFacts,
  services: readonly ServiceStep[],
): ReadonlyMap<string, Step> {
  const left = services.filter(({ staysWhileItRuns }) => staysWhileItRuns)
  if (left.length === 0) return new Map()
  const wanted = buildPlan(cloud, facts, states).steps
  return new Map(
    left.flatMap(({ id, needs }) => {
      const written = (steps: readonly Step[]) =>
        steps.filter(step => step.id === id || (step.kind === 'file' && needs.includes(step.id)))
      const now = written(wanted)
      return isAlike(written(plan.steps), now) ? [] : now.map(step => [step.id, step] as const)
    }),
  )
}
