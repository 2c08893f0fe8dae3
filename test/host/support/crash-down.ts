import { lockLab } from '../../../src/lab/lock.ts'
import { takeDown } from '../../../src/lab/take-down.ts'

/**
 * `lab down` that is killed before its k-th effect: `crash-down.ts NAME K`; where there are fewer, it ends well. Processes
 * that end together are one effect, told of one by one.
 */
const [lab = '', k = ''] = process.argv.slice(2)
await using _lock = await lockLab({ lab, command: 'crash-down', waitMs: 60_000 })
let left = Number(k)
let isStopping = false
await takeDown(lab, {
  onEffect: effect => {
    if (isStopping && effect.startsWith('stop ')) return
    isStopping = effect.startsWith('stop ')
    if (isStopping) queueMicrotask(() => (isStopping = false))
    left -= 1
    if (left === 0) process.kill(process.pid, 'SIGKILL')
  },
})
