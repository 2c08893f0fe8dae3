import { existsSync, writeFileSync } from 'node:fs'
import { LabError } from '../lab/lab-error.ts'
import { labsDirectory } from '../lab/paths.ts'
import { checkMachine, checkMachineQuickly, missingIn } from '../linux/machine/check-machine.ts'
import type { Finding } from '../linux/machine/finding.ts'
import { readBootId } from '../linux/read-boot-id.ts'

/**
 * Throws LabError, in doctor's words, before anything is changed on a machine that cannot hold a lab. What
 * the kernel can do is tried once a boot: the stamp of a success is kept beside the compiled code.
 */
export async function refuseLackingMachine(): Promise<void> {
  refuse(missingIn(checkMachineQuickly(labsDirectory)))
  const stamp = stampPath()
  if (stamp !== null && existsSync(stamp)) return
  refuse(missingIn(await checkMachine(labsDirectory)))
  if (stamp !== null) writeFileSync(stamp, '')
}

function stampPath(): string | null {
  const cache = process.env.NODE_COMPILE_CACHE
  return cache && existsSync(cache) ? `${cache}/machine-${readBootId()}` : null
}

function refuse(lacks: readonly Finding[]): void {
  if (lacks.length === 0) return
  throw new LabError(lacks.flatMap(describe).join('\n'), {
    standing: 'Nothing was changed.',
    hint: '`lab doctor` shows everything.',
    exitCode: 3,
  })
}

function describe({ title, found, why, remedy }: Finding): string[] {
  return [`${title}: ${found}; ${why}`, ...(remedy === null ? [] : [remedy])]
}
