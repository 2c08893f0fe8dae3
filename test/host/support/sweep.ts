import type { ExecutionContext } from 'ava'
import { labNames } from '../../../src/lab/record.ts'
import { type Ended, lab } from './lab.ts'

/** `lab clean`, unless it would take away labs that are not the test's: those are somebody's, and stay. */
export async function cleanOnly(t: ExecutionContext, names: readonly string[]): Promise<Ended> {
  const left: readonly { lab: string }[] = JSON.parse(
    (await lab(['clean', '--dry-run', '--json'])).stdout,
  )
  if (left.every(({ lab: name }) => names.includes(name))) return await lab(['clean'])
  t.log('there are leftovers of others: lab down instead of lab clean')
  return await lab(['down', ...names])
}

/** `lab down --all`, unless there are labs that are not the test's. */
export async function downAll(t: ExecutionContext, names: readonly string[]): Promise<Ended> {
  if (labNames().every(name => names.includes(name))) return await lab(['down', '--all'])
  t.log('there are labs of others: lab down by name instead of lab down --all')
  return await lab(['down', ...names])
}
