import { hostname, release } from 'node:os'
import { resolve } from 'node:path'
import process from 'node:process'
import { runsSystemd } from '../../linux/runs-systemd.ts'
import { connectionTo } from './connection-to.ts'
import { type Answers, decodeAnswers } from './decode-answers.ts'
import type { Engine } from './engine.ts'
import { EngineUnusable } from './engine-unusable.ts'
import { explainNoAnswer } from './explain-no-answer.ts'
import { judgeEngine } from './judge-engine.ts'
import type { Environment } from './resolve-endpoint.ts'

export type EngineFacts = Omit<Engine, 'api'>

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
  { environment = process.env, timeoutMs = TIMEOUT_MS }: AskOptions = {},
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

/** systemd may first have to start an engine that it listens for. */
const TIMEOUT_MS = 10_000

/** By /_ping rather than /version, for which Podman runs programs, a third of a second long. */
async function ask(
  host: string,
  connection: ReturnType<typeof connectionTo>,
  timeoutMs: number,
): Promise<Answers> {
  const { getFromEngine } = await import('./get-from-engine.ts')
  const end = new AbortController()
  const timer = setTimeout(() => end.abort(), timeoutMs)
  try {
    const [ping, info] = await Promise.all([
      getFromEngine(connection, '/_ping', end.signal),
      getFromEngine(connection, '/info', end.signal),
    ])
    return decodeAnswers(ping.headers, info.body)
  } catch (error) {
    const limitMs = end.signal.aborted ? timeoutMs : null
    throw new EngineUnusable(explainNoAnswer(host, error, limitMs), { cause: error })
  } finally {
    clearTimeout(timer)
    // The other question, where one has failed.
    end.abort()
  }
}

function machine() {
  return { name: hostname(), kernel: release(), architecture: process.arch }
}
