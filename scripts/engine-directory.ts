import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { identify, isAlive } from '../src/linux/process-table.ts'
import { noteOutsidePaths, removeNewOutsidePaths } from './outside-paths.ts'
import { removeEngine } from './remove-engine.ts'

export const engineDirectoryPrefix = 'lab-engines-'

/** Where this process keeps the engines that it starts. The name tells whose it is, from its first moment on. */
export function engineDirectory(): string {
  return join(
    tmpdir(),
    `${engineDirectoryPrefix}${process.pid}-${identify(process.pid)?.startTime}`,
  )
}

/** Makes it, for root alone; throws where somebody else has. */
export function makeEngineDirectory(): string {
  const directory = engineDirectory()
  mkdirSync(directory, { mode: 0o700 })
  noteOutsidePaths(join(directory, OUTSIDE_FILE))
  return directory
}

/** Those of runs that were killed. */
export function staleEngineDirectories(): readonly string[] {
  return readdirSync(tmpdir())
    .filter(isOfDeadProcess)
    .map(name => join(tmpdir(), name))
    .filter(isDirectoryOfRoot)
}

/** Removes such a directory with all engines in it. */
export async function removeEngineDirectory(directory: string): Promise<void> {
  await Promise.all([
    removeEngine('docker', join(directory, 'docker')),
    removeEngine('podman', join(directory, 'podman')),
  ])
  removeNewOutsidePaths(join(directory, OUTSIDE_FILE))
  rmSync(directory, { recursive: true, force: true })
}

const OUTSIDE_FILE = 'outside.json'

function isOfDeadProcess(name: string): boolean {
  const [, pid, startTime] = /^lab-engines-(\d+)-(\d+)$/.exec(name) ?? []
  return pid !== undefined && !isAlive({ pid: Number(pid), startTime: Number(startTime) })
}

/** Anybody may make folders there, with links in them that lead elsewhere. */
function isDirectoryOfRoot(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false })
  return found?.isDirectory() === true && found.uid === 0
}
