import { hostname, release } from 'node:os'
import { resolve } from 'node:path'
import process from 'node:process'
import { runsSystemd } from '../../linux/runs-systemd.ts'
import { connectionTo } from './connection-to.ts'
import { type Answers, decodeAnswers } from './decode-answers.ts'
import type { EngineFacts } from './engine.ts'
import { EngineUnusable } from './engine-unusable.ts'
import { judgeEngine } from './judge-engine.ts'
import type { Environment } from './resolve-endpoint.ts'
import { withinTime } from './within-time.ts'

export interface AskOptions {
  readonly environment?: Environment
  readonly timeoutMs?: number
}

/**
 * Asks an engine what it is. Throws EngineUnusable where none answers, or not one that can run a lab's containers.
 * Without dockerode, which takes longer to load than an engine to answer.
 */
export async function askEngine(
  host: string,
  { environment = process.env, timeoutMs }: AskOptions = {},
): Promise<EngineFacts> {
  const connection = connectionTo(host, environment)
  const answers = await ask(host, connection, timeoutMs)
  const refusal = judgeEngine(host, answers, machine())
  if (refusal !== null) throw new EngineUnusable(refusal)
  return {
    kind: answers.kind,
    host: host.startsWith('unix://') ? `unix://${resolve(host.slice('unix://'.length))}` : host,
    version: answers.version,
    hasHealthchecks: answers.kind === 'docker' || runsSystemd(),
  }
}

/** By /_ping rather than /version, for which Podman runs programs, a third of a second long. */
async function ask(
  host: string,
  connection: ReturnType<typeof connectionTo>,
  timeoutMs?: number,
): Promise<Answers> {
  const { getFromEngine } = await import('./get-from-engine.ts')
  return await withinTime(host, timeoutMs, async signal => {
    const [ping, info] = await Promise.all([
      getFromEngine(connection, '/_ping', signal),
      getFromEngine(connection, '/info', signal),
    ])
    return decodeAnswers(ping.headers, info.body)
  })
}

function machine() {
  return { name: hostname(), kernel: release(), architecture: process.arch }
}
