import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  engineDirectory,
  makeEngineDirectory,
  removeEngineDirectory,
} from '../../../scripts/engine-directory.ts'
import { startEngine } from '../../../scripts/start-engine.ts'
import { identify, isAlive, readPidFile } from '../../../src/linux/process-table.ts'
import type { Engine } from '../../../src/runtime/docker/engine.ts'

/** An engine of a test's own, that may be ended and started again on what it kept. */
export interface PrivateEngine {
  readonly host: string
  /** Ends the engine itself, and waits for that; what becomes of containers is its own business. */
  readonly end: (signal: 'SIGTERM' | 'SIGKILL') => Promise<void>
  /** Does nothing where it runs. */
  readonly start: () => Promise<void>
}

/** Starts one that stands until `removePrivateEngines`. */
export async function startPrivateEngine(kind: Engine['kind']): Promise<PrivateEngine> {
  if (!existsSync(engineDirectory())) makeEngineDirectory()
  const directory = join(engineDirectory(), kind)
  const pidFiles = ['pid', 'exec/containerd/containerd.pid'].map(name => join(directory, name))
  let started = await startEngine(kind, directory)
  return {
    host: started.host,
    end: async signal => {
      const pids = [started.pid, ...pidFiles.map(file => readPidFile(file) ?? 0)]
      const processes = pids.flatMap(pid => identify(pid) ?? [])
      process.kill(started.pid, signal)
      while (processes.some(isAlive)) await delay(10)
    },
    start: async () => {
      if (identify(started.pid) !== null) return
      // A pid in them may be somebody else's by now, which dockerd takes for its own.
      for (const file of pidFiles) rmSync(file, { force: true })
      started = await startEngine(kind, directory)
    },
  }
}

/** With all that they keep; also those that could not be started. */
export async function removePrivateEngines(): Promise<void> {
  if (existsSync(engineDirectory())) await removeEngineDirectory(engineDirectory())
}
