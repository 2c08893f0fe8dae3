import { rmSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { statePathOf } from '../../lab/paths.ts'
import { readRecord } from '../../lab/record.ts'
import { Supervisor } from './supervisor.ts'

/** The supervisor of a lab: `supervisor-main.ts --lab NAME`. Ends on SIGTERM and when the lab's record goes. */
const { values } = parseArgs({ options: { lab: { type: 'string' } } })
const lab = values.lab ?? ''
process.umask(0o022)
const record = readRecord(lab)
if (record === null) {
  console.error(`supervisor: there is no lab ${lab}`)
  process.exitCode = 1
} else {
  process.title = `lab-supervisor ${lab} supervisor-main`
  const controller = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => controller.abort())
  const pidFile = `${statePathOf(lab)}/run/supervisor.pid`
  const supervisor = new Supervisor(record)
  writeFileSync(pidFile, `${process.pid}\n`)
  await supervisor.watch(controller.signal)
  rmSync(pidFile, { force: true })
}
