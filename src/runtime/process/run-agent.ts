import { setTimeout as delay } from 'node:timers/promises'
import type { ViewingAgent } from '../../cloud/agent-view.ts'
import { synchronizeAgent } from '../../lab/synchronize-agent.ts'
import { watcherOf } from '../../plan/watchers.ts'
import { PUT_BACK } from './process-monitor.ts'
import { runWatcher } from './run-watcher.ts'

/**
 * An agent of a host: it puts back what dies of all that it looks after. One that has died itself and was put back begins as
 * Neutron's do, by bringing what it has made to what neutron-server tells it, and tries again until that is done.
 */
export async function runAgent(agent: ViewingAgent): Promise<void> {
  await runWatcher({
    titleOf: ({ host }) => `${agent} --host ${host}`,
    stepOf: ({ service, host }, given) => service === agent && host === given.host,
    watches: (service, { host }) => watcherOf(service) === agent && service.host === host,
    begin: async (own, { lab, host }, signal) => {
      if (!wasAway()) return
      while (!signal.aborted) {
        try {
          return await synchronizeAgent({ lab, name: own.name, agent, host, signal })
        } catch (error) {
          const words = error instanceof Error ? error.message : String(error)
          if (!signal.aborted) console.error(`${own.name} could not synchronize: ${words}`)
        }
        await delay(RESYNC_MS, undefined, { signal }).catch(() => undefined)
      }
    },
  })
}

function wasAway(): boolean {
  return Object.entries(PUT_BACK).every(([name, value]) => process.env[name] === value)
}

/** `resync_interval` of dhcp_agent.ini. */
const RESYNC_MS = 5_000
