import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Container } from '../plan/step.ts'
import { headOfLog } from './head-of-log.ts'

/** Shows what is printed from the beginning and as it comes, until it is interrupted or all of it is gone. */
export async function followLogs(
  containers: readonly Container[],
  files: readonly string[],
): Promise<void> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop.abort())
  const following = [
    ...(files.length === 0 ? [] : [followFiles(files, stop.signal)]),
    ...(containers.length === 0 ? [] : [followContainers(containers, stop.signal)]),
  ]
  await Promise.all(following)
}

async function followFiles(files: readonly string[], signal: AbortSignal): Promise<void> {
  const options = ['-n', '+1', '-F', `--pid=${process.pid}`]
  const child = spawn('tail', [...options, ...files], { stdio: 'inherit' })
  signal.addEventListener('abort', () => child.kill())
  await once(child, 'exit')
}

async function followContainers(
  containers: readonly Container[],
  signal: AbortSignal,
): Promise<void> {
  const { followLog } = await import('../runtime/docker/follow-log.ts')
  let shown = containers.length === 1 ? containers[0]?.name : undefined
  const show = (name: string, text: string) => {
    if (shown !== name) process.stdout.write(`${headOfLog({ container: name })}\n`)
    shown = name
    process.stdout.write(text)
  }
  const following = containers.map(container =>
    followLog(container, text => show(container.name, text), signal),
  )
  await Promise.all(following).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}
