import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { watch } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of the test's own, gone with it; anyone may enter it, as the daemons give up root. */
export function makeFolder(): { path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'lab-daemon-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

export interface RunningDaemon {
  readonly pid: number
  /** What it says it serves on. */
  readonly address: string
  readonly output: () => string
  /** Signals it and gives its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
  [Symbol.asyncDispose](): Promise<void>
}

export type DaemonName = 'neutron-metadata-agent' | 'nova-api-metadata'

/** Starts a daemon and waits until its pid file says that it is ready. */
export async function startDaemon(
  name: DaemonName,
  folder: string,
  config: object,
  stdout: 'pipe' | number = 'pipe',
): Promise<RunningDaemon> {
  const pidFile = join(folder, 'run', `${name}.pid`)
  const child = spawnDaemon(name, folder, { ...config, ...servicesUser, pidFile }, stdout)
  const output = collect(child)
  const exited = once(child, 'close')
  await Promise.race([waitForPid(pidFile, child), exited])
  if (child.exitCode !== null) throw new Error(`${name} exited: ${output()}`)
  await waitForLine(child, output)
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal)
    await exited
    return child.exitCode
  }
  return {
    pid: child.pid ?? 0,
    address: / serving on (\S+)/.exec(output())?.[1] ?? '',
    output,
    stop,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await stop('SIGKILL')
    },
  }
}

/** Starts a daemon that is expected to give up. */
export async function runToExit(
  name: DaemonName,
  folder: string,
  config: object | undefined,
): Promise<{ code: number | null; stderr: string }> {
  const pidFile = join(folder, 'run', `${name}.pid`)
  const child = spawnDaemon(name, folder, config && { ...servicesUser, pidFile, ...config })
  let stderr = ''
  child.stderr?.on('data', chunk => {
    stderr += chunk
  })
  await once(child, 'close')
  return { code: child.exitCode, stderr }
}

function spawnDaemon(
  name: DaemonName,
  folder: string,
  config: object | undefined,
  stdout: 'pipe' | number = 'pipe',
): ChildProcess {
  const entry = new URL(`../../src/daemon/${name}.ts`, import.meta.url).pathname
  const file = join(folder, `${name}.json`)
  if (config !== undefined) writeFileSync(file, JSON.stringify(config), { mode: 0o600 })
  const args = config === undefined ? [entry] : [entry, '--config', file]
  return spawn(process.execPath, args, { stdio: ['ignore', stdout, 'pipe'] })
}

function collect(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', chunk => {
      text += chunk
    })
  }
  return () => text
}

async function waitForPid(file: string, child: ChildProcess): Promise<void> {
  const folder = join(file, '../..')
  const signal = AbortSignal.timeout(20_000)
  const isReady = () => existsSync(file) && readFileSync(file, 'utf8') === `${child.pid}\n`
  if (isReady()) return
  for await (const _ of watch(folder, { recursive: true, signal })) if (isReady()) return
}

async function waitForLine(child: ChildProcess, output: () => string): Promise<void> {
  while (!output().includes(' serving on ') && child.stdout) await once(child.stdout, 'data')
}

/** Nobody and nogroup when we are root. */
const servicesUser =
  process.getuid?.() === 0
    ? { uid: 65_534, gid: 65_534 }
    : { uid: process.getuid?.(), gid: process.getgid?.() }
