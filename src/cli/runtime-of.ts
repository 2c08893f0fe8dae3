import type { LabRecord } from '../lab/record.ts'

/** Where a lab's services run, for programs that read it. */
export function runtimeOf({ containers }: Pick<LabRecord, 'containers'>) {
  if (containers === null) return { kind: 'process' } as const
  const { kind, host, version, image } = containers
  return { kind, host, version, image }
}
