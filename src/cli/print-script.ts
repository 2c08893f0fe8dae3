import type { ContainerFacts } from '../cloud/machine-facts.ts'
import { journalPathOf, keptTopologyPathOf, recordPathOf } from '../lab/paths.ts'
import { encodeRecord, RECORD_FORMAT } from '../lab/record.ts'
import { renderScript } from '../plan/render-script.ts'
import { isContained, type Plan } from '../plan/step.ts'
import { withoutAbsent } from '../runtime/docker/without-absent.ts'
import { print } from './print.ts'
import type { Wish } from './read-wish.ts'

/** `lab up --dry-run`: the script that builds the same lab, with a secret of its own. */
export function printScript(
  { source, kept, options, lab, settle }: Wish,
  containers: ContainerFacts | null,
): void {
  const { cloud, states, plan } = settle('new', containers)
  const record = {
    format: RECORD_FORMAT,
    lab,
    topology: source,
    kept,
    ...(options.length === 0 ? {} : { options }),
    containers,
    cloud,
    states,
    plan,
  } as const
  print(
    renderScript(asOfNow(plan), {
      path: recordPathOf(lab),
      content: encodeRecord(record),
      topology: { path: keptTopologyPathOf(lab), content: kept.text },
      journalPath: journalPathOf(lab),
    }),
  )
}

/** `docker run` knows no mount that may be absent. */
function asOfNow(plan: Plan): Plan {
  const steps = plan.steps.map(step =>
    isContained(step) ? { ...step, container: withoutAbsent(step.container) } : step,
  )
  return { ...plan, steps }
}
