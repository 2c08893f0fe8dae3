import { existsSync } from 'node:fs'
import { LabError } from '../../../lab/lab-error.ts'
import { CommandFailed } from '../../../linux/command-failed.ts'
import { run } from '../../../linux/run.ts'
import type { FileMemory } from './file-memory.ts'

/**
 * The libraries that a program loads, and the loader itself, by absolute path; none for a static program. Throws LabError
 * where one is missing.
 */
export async function findLibraries(
  program: string,
  memory: FileMemory,
): Promise<readonly string[]> {
  // Whatever installs a library runs ldconfig, which writes its list anew.
  const witnesses = [LIST_OF_LDCONFIG].filter(existsSync)
  const known = await memory.wordsOf(program, witnesses, () => ask(program))
  return known.every(existsSync) ? known : await ask(program)
}

const LIST_OF_LDCONFIG = '/etc/ld.so.cache'

async function ask(program: string): Promise<readonly string[]> {
  const lines = (await runLdd(program)).split('\n')
  const missing = lines.find(line => line.includes('not found'))
  if (missing !== undefined) {
    throw new LabError(`Cannot make lab's image: ${program} lacks a library: ${missing.trim()}`, {
      hint: `\`ldd ${program}\` lists what it needs; its package should bring that.`,
      exitCode: 3,
    })
  }
  return lines.flatMap(line => PATH_IN_LINE.exec(line)?.[1] ?? [])
}

/** `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)`, and the loader's `/lib64/ld-linux-x86-64.so.2 (0x…)`. */
const PATH_IN_LINE = /(?:^|=>)\s*(\/.+) \(0x[0-9a-f]+\)$/

async function runLdd(program: string): Promise<string> {
  try {
    return await run(['ldd', program])
  } catch (error) {
    const isStatic = error instanceof CommandFailed && error.output.includes('not a dynamic')
    if (isStatic) return ''
    throw error
  }
}
