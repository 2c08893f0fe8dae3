import { watcherOf } from '../../plan/watchers.ts'
import { runWatcher } from './run-watcher.ts'

/** The supervisor of a lab: `supervisor-main.ts --lab NAME`. It stands for systemd: it puts back what no agent does. */
await runWatcher({
  titleOf: ({ lab }) => `lab-supervisor ${lab} supervisor-main`,
  stepOf: ({ service }) => service === 'supervisor',
  watches: service => watcherOf(service) === 'supervisor',
})
