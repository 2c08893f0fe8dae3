import { readFileSync, statSync } from 'node:fs'
import { execa } from 'execa'
import type { BuiltLab } from './standing-labs.ts'

export interface LabProcess {
  readonly pid: number
  readonly argv: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Real, effective, saved and file system uid. */
  readonly uids: readonly string[]
  readonly namespace: string
}

/** The process of a service of a lab, from its pid file. */
export async function processOf({ plan }: BuiltLab, serviceName: string): Promise<LabProcess> {
  const step = plan.steps.find(
    candidate => candidate.kind === 'service' && candidate.name === serviceName,
  )
  if (step?.kind !== 'service') throw new Error(`The lab has no service ${serviceName}`)
  return await readProcess(Number(readFileSync(step.pidFile, 'utf8')))
}

/** The one that serves, which has given root up: haproxy in a container has a master before it, which has not. */
export async function servingProcessOf(built: BuiltLab, serviceName: string): Promise<LabProcess> {
  const found = await processOf(built, serviceName)
  const children = readFileSync(`/proc/${found.pid}/task/${found.pid}/children`, 'utf8').trim()
  return children === '' || found.argv[1] !== '-Ws' ? found : await readProcess(Number(children))
}

async function readProcess(pid: number): Promise<LabProcess> {
  const { stdout } = await execa('ip', ['netns', 'identify', `${pid}`])
  const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean)
  return {
    pid,
    argv: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0$/, '').split('\0'),
    environment: Object.fromEntries(
      entries.map(entry => [
        entry.slice(0, entry.indexOf('=')),
        entry.slice(entry.indexOf('=') + 1),
      ]),
    ),
    uids: (/^Uid:\t(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '').split(
      '\t',
    ),
    namespace: stdout.trim(),
  }
}

/** The permission bits of a file, in octal. */
export function modeOf(path: string): string {
  return (statSync(path).mode & 0o7777).toString(8)
}
