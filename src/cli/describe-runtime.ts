import type { LabRecord } from '../lab/record.ts'
import { describeEngine } from '../runtime/docker/describe-engine.ts'

/** Where a lab's services run, in a word or two: `processes`, `Docker 20.10.24`. */
export function describeRuntime({ containers }: Pick<LabRecord, 'containers'>): string {
  return containers === null ? 'processes' : describeEngine(containers)
}
