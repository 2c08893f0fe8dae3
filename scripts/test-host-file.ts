import process from 'node:process'
import { abortOnInterrupt } from './abort-on-interrupt.ts'
import { listTraces } from './list-traces.ts'
import { ONE_BY_ONE, runTests } from './run-tests.ts'
import { add, nothing, showFailed, showTotal } from './total.ts'

/** `test-host-file.ts FILE` in a world of its own, in which nothing may be left; ends as `make test` does. */
const [, , file = ''] = process.argv
const cancelSignal = abortOnInterrupt()
const total = await runTests({ files: [file], options: ONE_BY_ONE, cancelSignal })
const left = listTraces()
// That nothing is left is counted once, of the whole run.
showTotal(add(total, left.length === 0 ? nothing : showFailed(`left behind by ${file}:`, left)))
