import type { ViewingAgent } from '../../cloud/agent-view.ts'
import { LabError } from '../../lab/lab-error.ts'
import { synchronizeAgent } from '../../lab/synchronize-agent.ts'
import { watcherOf } from '../../plan/watchers.ts'
import { PUT_BACK } from './process-monitor.ts'
import { runWatcher } from './run-watcher.ts'

/**
 * An agent of a host: it puts back what dies of all that it looks after. One that has died itself and was put back begins as
 * Neutron's do, by bringing what it has made to what neutron-server tells it.
 */
export async function runAgent(agent: ViewingAgent): Promise<void> {
  await runWatcher({
    titleOf: ({ host }) => `${agent} --host ${host}`,
    stepOf: ({ service, host }, given) => service === agent && host === given.host,
    watches: (service, { host }) => watcherOf(service) === agent && service.host === host,
    begin: async (own, { lab, host }, signal) => {
      const [[variable, value]] = Object.entries(PUT_BACK) as [[string, string]]
      if (process.env[variable] !== value) return
      try {
        await synchronizeAgent({ lab, agent, host, signal })
      } catch (error) {
        if (!(error instanceof LabError)) throw error
        console.error(`${own.name} could not synchronize: ${error.message}`)
      }
    },
  })
}
