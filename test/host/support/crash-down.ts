import { lockLab } from '../../../src/lab/lock.ts'
import { journalPathOf, recordPathOf } from '../../../src/lab/paths.ts'
import { takeDown } from '../../../src/lab/take-down.ts'

/**
 * `lab down` that is killed before its k-th effect: `crash-down.ts NAME K`; where there are fewer, it ends well. Of alike
 * effects one after the other the first two count: nothing of the kind is gone, and some of it.
 */
const [lab = '', k = ''] = process.argv.slice(2)
await using _lock = await lockLab({ lab, command: 'crash-down', waitMs: 60_000 })
let left = Number(k)
let former = { kind: '', times: 0 }
await takeDown(lab, {
  onEffect: effect => {
    const kind = kindOf(effect)
    former = { kind, times: kind === former.kind ? former.times + 1 : 1 }
    if (former.times > 2) return
    left -= 1
    if (left === 0) process.kill(process.pid, 'SIGKILL')
  },
})

/** Processes are alike, and so is what is removed from a folder, but for the lab's own files: they say what is left. */
function kindOf(effect: string): string {
  const isOwn = [journalPathOf(lab), recordPathOf(lab)].some(path => effect.endsWith(path))
  return isOwn ? effect : effect.replace(/(?<=^stop )\d+$|(?<=\/)[^/]*$/, '')
}
