import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { LabError } from '../lab/lab-error.ts'
import { labsDirectory } from '../lab/paths.ts'
import { checkMachine, checkMachineQuickly, missingIn } from '../linux/machine/check-machine.ts'
import type { Finding } from '../linux/machine/finding.ts'
import { inodeOf } from '../linux/process-table.ts'
import { readBootId } from '../linux/read-boot-id.ts'

/**
 * Throws LabError, in doctor's words, before anything is changed on a machine that cannot hold a lab. What
 * the kernel can do is tried once a boot and container: the stamp of a success is kept beside the compiled code.
 */
export async function refuseLackingMachine(): Promise<void> {
  refuse(missingIn(checkMachineQuickly(labsDirectory)))
  const stamp = stampPath()
  if (stamp !== null && existsSync(`${stamp.folder}/${stamp.name}`)) return
  refuse(missingIn(await checkMachine(labsDirectory)))
  if (stamp !== null) leaveStamp(stamp)
}

function stampPath(): Stamp | null {
  const folder = process.env.NODE_COMPILE_CACHE
  if (!folder || !existsSync(folder)) return null
  return { folder, name: `${STAMP}${readBootId()}-${inodeOf('/proc/self/ns/pid')}` }
}

interface Stamp {
  readonly folder: string
  readonly name: string
}

const STAMP = 'machine-'

/** Replaces those of other boots. Without one the kernel is only tried again. */
function leaveStamp({ folder, name }: Stamp): void {
  try {
    for (const other of readdirSync(folder))
      if (other.startsWith(STAMP)) rmSync(`${folder}/${other}`, { force: true })
    writeFileSync(`${folder}/${name}`, '')
  } catch (error) {
    // read-only, or full
    if (!(error instanceof Error && 'code' in error)) throw error
  }
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
