import { deriveCloud } from '../../../src/cloud/derive-cloud.ts'
import { loadTopologyFile } from '../../../src/lab/load-topology-file.ts'
import { lockLab } from '../../../src/lab/lock.ts'
import { readRecord } from '../../../src/lab/record.ts'
import { RuntimeChoice } from '../../../src/lab/runtime-choice.ts'
import { bringUp } from '../../../src/lab/up.ts'
import { gatherFacts } from '../../../src/linux/gather-facts.ts'
import { buildPlan } from '../../../src/plan/build-plan.ts'
import { kindOf } from './kinds-of-effects.ts'
import { testRuntime } from './test-runtime.ts'

/**
 * `lab up` that is killed at its k-th event of a name, or at the first of them for a kind of effects:
 * `crash-up.ts TOPOLOGY NAME begin|made|done K|KIND`. Where there is none, the lab comes to stand and the exit code is
 * 0. One that stands is changed.
 */
const [source = '', lab = '', name = '', place = ''] = process.argv.slice(2)
const { topology, source: file } = await loadTopologyFile(source)
const standing = readRecord(lab)?.cloud ?? null
const secret = standing?.neutron.metadata_agent.metadata_proxy_shared_secret ?? 'secret'
const cloud = deriveCloud(topology, { lab, secret, standing })
const runtime = testRuntime === 'process' ? 'process' : 'docker'
const containers = await new RuntimeChoice({ runtime }, process.env).choose(null)
const plan = buildPlan(cloud, gatherFacts(containers))
await using _lock = await lockLab({ lab, command: 'crash-up', waitMs: 60_000 })
const isNumber = /^\d+$/.test(place)
let left = isNumber ? Number(place) : 1
await bringUp({
  topology: source,
  kept: { text: file.text, edited: false },
  containers,
  cloud,
  plan,
  signal: new AbortController().signal,
  onEvent: one => {
    if (one.event === 'remark' || one.event !== name) return
    if (!isNumber && !one.steps.some(step => kindOf(step, plan) === place)) return
    left -= 1
    if (left === 0) process.kill(process.pid, 'SIGKILL')
  },
})
