import type { LabRecord } from '../lab/record.ts'

/** Where a lab's services run, in a word or two: `processes`, `Docker 20.10.24`. */
export function describeRuntime({ containers }: Pick<LabRecord, 'containers'>): string {
  if (containers === null) return 'processes'
  return `${containers.kind === 'docker' ? 'Docker' : 'Podman'} ${containers.version}`
}
