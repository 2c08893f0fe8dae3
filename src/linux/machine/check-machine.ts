import { checkPlace } from './check-place.ts'
import { checkPrograms } from './check-programs.ts'
import type { Finding } from './finding.ts'

export interface MachineReport {
  readonly findings: readonly Finding[]
}

/**
 * What a lab needs of this machine and whether it is there. Changes nothing: what must be tried is tried in a network
 * namespace that lives no longer than one child process. Takes around a tenth of a second.
 */
export async function checkMachine(stateDirectory: string): Promise<MachineReport> {
  const { checkKernel } = await import('./check-kernel.ts')
  const { checkHabits } = await import('./check-habits.ts')
  const { checkOptionalPrograms } = await import('./check-optional-programs.ts')
  const { findings } = checkMachineQuickly(stateDirectory)
  const kernel = await checkKernel()
  return {
    findings: [...findings, ...kernel, ...checkOptionalPrograms(), ...checkHabits(stateDirectory)],
  }
}

/** The part that costs next to nothing: it starts no process. For a look before anything is changed. */
export function checkMachineQuickly(stateDirectory: string): MachineReport {
  return { findings: [checkPrograms(), ...checkPlace(stateDirectory)] }
}

/** What a lab cannot stand without. */
export function missingIn(report: MachineReport): readonly Finding[] {
  return report.findings.filter(finding => finding.level === 'missing')
}
