import { execa } from 'execa'
import type { Ended } from './lab.ts'

/** Feeds a script to bash as `lab up --dry-run … | bash` does. */
export async function pipeToBash(script: string): Promise<Ended> {
  const { exitCode, stdout, stderr } = await execa('bash', [], { input: script, reject: false })
  return { exitCode: exitCode ?? -1, stdout, stderr }
}
