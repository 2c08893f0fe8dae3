import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { systemPath } from '../src/linux/system-path.ts'
import type { Engine } from '../src/runtime/docker/engine.ts'
import { findContainerTraces, removeContainerTraces } from './container-traces.ts'
import { enginePrograms, hasProgram } from './engine-programs.ts'

/**
 * Ends an engine that was started in `directory`, its containers and all that it started, unmounts what it mounted and
 * removes the directory; whatever state a killed run has left it in. May be called twice.
 *
 * @throws Error where something of it stays
 */
export async function removeEngine(kind: Engine['kind'], directory: string): Promise<void> {
  if (!existsSync(directory)) return
  const traces = findContainerTraces(directory)
  const sweep = enginePrograms[kind].sweep?.(directory)
  if (sweep !== undefined && hasProgram(kind)) await run(sweep, directory)
  const servers = processesOf(directory).filter(pid => SERVERS.test(programOf(pid)))
  await end(servers, 'SIGTERM', () => servers.filter(pid => processesOf(directory).includes(pid)))
  await end(processesOf(directory), 'SIGKILL', () => processesOf(directory))
  for (const target of mountsBelow(directory)) await unmount(target, directory)
  removeContainerTraces(traces)
  rmSync(directory, { recursive: true, force: true })
}

const SERVERS = /^(dockerd|podman)$/

async function run([program = '', ...args]: readonly string[], directory: string) {
  const env = { PATH: systemPath, HOME: directory }
  return await execa(program, args, { reject: false, extendEnv: false, env, timeout: 20_000 })
}

/** Engines, their helpers, and the containers, which outlive a killed engine with their root below its directory. */
function processesOf(directory: string): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(
      pid =>
        (HELPERS.test(programOf(pid)) && wordsOf(pid).some(word => word.includes(directory))) ||
        rootOf(pid).includes(`${directory}/`),
    )
}

const HELPERS =
  /^(dockerd|containerd|containerd-shim.*|docker-proxy|podman|conmon|runc|crun|fuse-overlayfs)$/

function programOf(pid: number): string {
  return basename(wordsOf(pid)[0] ?? '')
}

function wordsOf(pid: number): string[] {
  return read(`/proc/${pid}/cmdline`).split('\0')
}

/** The line of its root's mount (proc_pid_mountinfo(5)), which names the directories of an overlay. */
function rootOf(pid: number): string {
  return (
    read(`/proc/${pid}/mountinfo`)
      .split('\n')
      .find(line => line.split(' ')[4] === '/') ?? ''
  )
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It has ended meanwhile.
    return ''
  }
}

async function end(
  pids: readonly number[],
  signal: 'SIGTERM' | 'SIGKILL',
  left: () => readonly number[],
): Promise<void> {
  for (const pid of pids) kill(pid, signal)
  const deadline = Date.now() + END_LIMIT_MS
  while (left().length > 0 && Date.now() < deadline) await delay(20)
}

const END_LIMIT_MS = 15_000

function kill(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
  }
}

/** The last one first: others may be below what it covers. */
function mountsBelow(directory: string): string[] {
  return read('/proc/self/mountinfo')
    .split('\n')
    .map(line => line.split(' ')[4] ?? '')
    .filter(target => target.startsWith(`${directory}/`))
    .reverse()
}

async function unmount(target: string, directory: string): Promise<void> {
  const { failed } = await run(['umount', target], directory)
  if (!failed) return
  const lazily = await run(['umount', '--lazy', target], directory)
  if (lazily.failed) throw new Error(`Cannot unmount ${target}: ${lazily.stderr}`)
}
