import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Container } from '../plan/step.ts'
import { headOfLog } from './head-of-log.ts'
import { splitTail } from './split-tail.ts'

/** Shows what is printed from the beginning and as it comes, until it is interrupted or all of it is gone. */
export async function followLogs(
  containers: readonly Container[],
  files: readonly string[],
): Promise<void> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop.abort())
  if (containers.length === 0) return await followFiles(files, stop.signal)
  const show = showUnderHeads(containers.length + files.length > 1)
  await Promise.all([
    followContainers(containers, show, stop.signal),
    ...(files.length === 0 ? [] : [followFilesBeside(files, show, stop.signal)]),
  ])
}

/** `tail`, which heads several by itself. */
async function followFiles(files: readonly string[], signal: AbortSignal): Promise<void> {
  const child = spawn('tail', [...TAIL_OPTIONS, ...files], { stdio: 'inherit' })
  signal.addEventListener('abort', () => child.kill())
  await once(child, 'exit')
}

const TAIL_OPTIONS = ['-n', '+1', '-F', `--pid=${process.pid}`]

type Show = (head: string, text: string) => void

/** Whose text it is stands above it, wherever that changes. */
function showUnderHeads(isHeaded: boolean): Show {
  let shown: string | null = null
  return (head, text) => {
    if (isHeaded && head !== shown) process.stdout.write(`${shown === null ? '' : '\n'}${head}\n`)
    shown = head
    process.stdout.write(text)
  }
}

async function followFilesBeside(
  files: readonly string[],
  show: Show,
  signal: AbortSignal,
): Promise<void> {
  const stdio = ['ignore', 'pipe', 'inherit'] as const
  const child = spawn('tail', ['--verbose', ...TAIL_OPTIONS, ...files], { stdio: [...stdio] })
  signal.addEventListener('abort', () => child.kill())
  for await (const { file, line } of splitTail(createInterface({ input: child.stdout })))
    show(headOfLog({ file }), `${line}\n`)
}

async function followContainers(
  containers: readonly Container[],
  show: Show,
  signal: AbortSignal,
): Promise<void> {
  const { followLog } = await import('../runtime/docker/follow-log.ts')
  const following = containers.map(container =>
    followLog(container, text => show(headOfLog({ container: container.name }), text), signal),
  )
  await Promise.all(following).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}
