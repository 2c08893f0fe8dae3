import process from 'node:process'
import { type AskOptions, askEngine } from './ask-engine.ts'
import { connectionTo } from './connection-to.ts'
import type { Engine, EngineFacts } from './engine.ts'
import { loadClient } from './load-client.ts'

/**
 * Connects to the engine at `unix://…`, or `tcp://…` where that is this machine. Throws EngineUnusable where none
 * answers within the time, or not one that can run a lab's containers.
 */
export async function connectEngine(
  host: string,
  options: AskOptions = {},
): Promise<Engine & EngineFacts> {
  // First of all, and in no time: whether there is anything to load dockerode for.
  const connection = connectionTo(host, options.environment ?? process.env)
  const [facts, api] = await Promise.all([askEngine(host, options), loadClient(connection)])
  return { ...facts, api }
}
