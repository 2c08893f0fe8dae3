import { LabError } from '../lab/lab-error.ts'
import type { LabRecord } from '../lab/record.ts'
import { servicesOf } from '../lab/restart-services.ts'
import { startUnits, stopUnits, unitsNamed, unitsOf } from '../lab/stop-and-start.ts'
import { watcherOf } from '../plan/watchers.ts'
import { suggest } from '../topology/suggest.ts'
import { refuseUnlessItStands } from './change-lab.ts'
import { explainHalfWay } from './explain-half-way.ts'
import { untilInterrupted } from './interrupt.ts'
import { lockForCommand } from './lock-for-command.ts'
import { type GlobalOptions, pickLab, pickRecord } from './pick-lab.ts'
import { print } from './print.ts'
import { requireRoot } from './require-root.ts'
import { tellSynchronization } from './tell-synchronization.ts'

/** `lab stop`: ends services of OpenStack's own until they are started again. */
export async function stop(names: readonly string[], globals: GlobalOptions): Promise<void> {
  await change('stop', names, globals, async (record, units, signal) => {
    const stopped = record.states.stopped ?? []
    await stopUnits(record, units, signal)
    const stays = record.containers === null ? 'is not looked after' : 'its engine puts it back'
    return units.map(unit =>
      stopped.includes(unit)
        ? `${unit} is stopped already`
        : `${unit} is stopped${isAgent(unit) ? `: what it has made stays, and ${stays}` : ''}`,
    )
  })
}

/** `lab start`: starts them again; agents put right what they find otherwise. */
export async function start(names: readonly string[], globals: GlobalOptions): Promise<void> {
  await change('start', names, globals, async (record, units, signal) => {
    const stopped = record.states.stopped ?? []
    const { record: after } = await startUnits(record, units, signal)
    const outcomeOf = (unit: string) => {
      const told = tellSynchronization(after, unit)
      return told === null ? '' : ` and ${told}`
    }
    return units.map(unit =>
      stopped.includes(unit) ? `${unit} is started${outcomeOf(unit)}` : `${unit} was not stopped`,
    )
  })
}

function isAgent(unit: string): boolean {
  return /^neutron-(dhcp|l3|ovn|ovn-metadata)-agent@/.test(unit)
}

async function change(
  verb: 'start' | 'stop',
  names: readonly string[],
  globals: GlobalOptions,
  act: (record: LabRecord, units: readonly string[], signal: AbortSignal) => Promise<string[]>,
): Promise<void> {
  requireRoot()
  const lab = pickLab(undefined, globals)
  await using _lock = await lockForCommand(lab, `lab ${verb} ${names.join(' ')}`)
  const record = pickRecord(lab, globals)
  refuseUnlessItStands(record)
  const units = [...new Set(names.flatMap(name => findUnits(record, name)))]
  using interrupt = untilInterrupted()
  const told = await act(record, units, interrupt.signal).catch(async (error: unknown) => {
    throw await explainHalfWay(error, record, `lab ${verb}`)
  })
  print(told.map(line => `✔ ${line}`).join('\n'))
}

function findUnits(record: LabRecord, name: string): string[] {
  const units = unitsNamed(record, name)
  if (units.length > 0) return units
  const services = servicesOf(record).filter(step => [step.name, step.service].includes(name))
  const watchers = new Set(services.map(watcherOf)).difference(new Set(['supervisor']))
  const known = unitsOf(record)
  const near = suggest(name, known)
  const staysDown = `\`lab stop ${[...watchers].join(' ')}\` keeps it from being put back; `
  if (watchers.size > 0)
    throw new LabError(
      `${name} is no service of its own: ${[...watchers].join(' or ')} starts it`,
      {
        hint: `${record.containers === null ? staysDown : ''}\`lab restart ${name}\` starts it anew.`,
        exitCode: 2,
      },
    )
  throw new LabError(
    `Lab ${record.lab} has no service ${name} to stop${near === undefined ? '' : `; ${near}`}`,
    { hint: `There is ${known.join(', ')}.`, exitCode: 2 },
  )
}
