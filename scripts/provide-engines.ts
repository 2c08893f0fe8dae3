import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { Engine } from '../src/runtime/docker/engine.ts'
import {
  engineDirectory,
  makeEngineDirectory,
  removeEngineDirectory,
  staleEngineDirectories,
} from './engine-directory.ts'
import { enginePrograms, hasProgram } from './engine-programs.ts'
import { machinesEngines } from './machines-engines.ts'
import { startEngine } from './start-engine.ts'

export interface ProvidedEngine {
  readonly kind: Engine['kind']
  readonly host?: string
  /** Where it comes from, or why there is none. */
  readonly why: string
}

/**
 * An engine of each kind for tests: one of the machine's that answers, else one of our own, which stands until
 * `withdrawEngines`. First removes what killed runs have left.
 */
export async function provideEngines(): Promise<readonly ProvidedEngine[]> {
  if (process.getuid?.() !== 0) return KINDS.map(kind => ({ kind, why: 'needs root' }))
  for (const directory of staleEngineDirectories()) await removeEngineDirectory(directory)
  const found = await machinesEngines()
  const missing = KINDS.filter(kind => !found.some(engine => engine.kind === kind))
  if (missing.length > 0) makeEngineDirectory()
  return await Promise.all([
    ...found.map(engine => ({ ...engine, why: "the machine's own" })),
    ...missing.map(startOwn),
  ])
}

/** Ends the engines that this process has started, or is about to, with all that they keep. */
export async function withdrawEngines(): Promise<void> {
  if (existsSync(engineDirectory())) await removeEngineDirectory(engineDirectory())
}

const KINDS: readonly Engine['kind'][] = ['docker', 'podman']

async function startOwn(kind: Engine['kind']): Promise<ProvidedEngine> {
  const lacking = enginePrograms[kind].programs.filter(name => !hasProgram(name))
  if (lacking.length > 0) return { kind, why: `there is no ${lacking.join(', ')}` }
  try {
    const { host } = await startEngine(kind, join(engineDirectory(), kind))
    return { kind, host, why: 'started for the tests' }
  } catch (error) {
    return { kind, why: error instanceof Error ? error.message : String(error) }
  }
}
