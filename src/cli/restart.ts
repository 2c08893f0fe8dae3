import { LabError } from '../lab/lab-error.ts'
import type { LabRecord } from '../lab/record.ts'
import { restartServices, serviceNamesOf } from '../lab/restart-services.ts'
import { suggest } from '../topology/suggest.ts'
import { refuseUnlessItStands } from './change-lab.ts'
import { explainHalfWay } from './explain-half-way.ts'
import { untilInterrupted } from './interrupt.ts'
import { lockForCommand } from './lock-for-command.ts'
import { type GlobalOptions, pickLab, pickRecord } from './pick-lab.ts'
import { print } from './print.ts'
import { requireRoot } from './require-root.ts'
import { tellSynchronization } from './tell-synchronization.ts'

/** `lab restart`: stops the services of that name and starts them again, and waits until they serve. */
export async function restart(service: string, globals: GlobalOptions): Promise<void> {
  requireRoot()
  const lab = pickLab(undefined, globals)
  await using _lock = await lockForCommand(lab, `lab restart ${service}`)
  const record = pickRecord(lab, globals)
  refuseUnlessItStands(record)
  using interrupt = untilInterrupted()
  const restarted = await restartServices(record, service, interrupt.signal).catch(
    async (error: unknown) => {
      throw await explainHalfWay(error, record, `lab restart ${service}`)
    },
  )
  if (restarted.length === 0) throw unknownService(record, service)
  const after = pickRecord(lab, globals)
  for (const { name, pid } of restarted)
    print(
      `✔ ${name} ${pid === null ? tellSynchronization(after, name) : `serves again, pid ${pid}`}`,
    )
}

function unknownService(record: LabRecord, service: string): LabError {
  const names = serviceNamesOf(record)
  const near = suggest(service, names)
  return new LabError(
    `Lab ${record.lab} has no service ${service}${near === undefined ? '' : `; ${near}`}`,
    { hint: `There is ${names.join(', ')}.`, exitCode: 2 },
  )
}
