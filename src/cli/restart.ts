import { LabError } from '../lab/lab-error.ts'
import { LOCK_WAIT_MS, lockLab } from '../lab/lock.ts'
import type { LabRecord } from '../lab/record.ts'
import { restartServices, serviceNamesOf } from '../lab/restart-services.ts'
import { suggest } from '../topology/suggest.ts'
import { type GlobalOptions, pickRecord } from './pick-lab.ts'
import { print, remark } from './print.ts'
import { requireRoot } from './require-root.ts'

/** `lab restart`: stops the services of that name and starts them again, and waits until they serve. */
export async function restart(service: string, globals: GlobalOptions): Promise<void> {
  requireRoot()
  const record = pickRecord(undefined, globals)
  await using _lock = await lockLab({
    lab: record.lab,
    command: `lab restart ${service}`,
    waitMs: LOCK_WAIT_MS,
    onWait: holder => remark(`Waiting for ${holder} …`),
  })
  const restarted = await restartServices(record, service)
  if (restarted.length === 0) throw unknownService(record, service)
  for (const { name, pid } of restarted) print(`✔ ${name} serves again, pid ${pid}`)
}

function unknownService(record: LabRecord, service: string): LabError {
  const names = serviceNamesOf(record)
  const near = suggest(service, names)
  return new LabError(
    `Lab ${record.lab} has no service ${service}${near === undefined ? '' : `; ${near}`}`,
    { hint: `There is ${names.join(', ')}.`, exitCode: 2 },
  )
}
