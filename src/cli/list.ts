import { readJournal } from '../lab/journal.ts'
import { isHeld } from '../lab/lock.ts'
import { labNames, readRecordIfReadable } from '../lab/record.ts'
import { readBootId } from '../linux/read-boot-id.ts'
import { commandLine } from './command-name.ts'
import { alignColumns, print, printJson } from './print.ts'
import { requireRoot } from './require-root.ts'

/** `lab list`: the labs of this machine, half-built ones too. */
export async function list(options: { readonly json?: true }): Promise<void> {
  requireRoot()
  const labs = await Promise.all(labNames().map(describeLab))
  if (options.json) return printJson(labs)
  if (labs.length === 0)
    return print(`No lab stands. \`${commandLine('up', 'dhcp-mode')}\` builds one.`)
  const rows = labs.map(lab => [
    lab.name,
    lab.state,
    lab.release ?? '',
    lab.runtime ?? '',
    String(lab.networks ?? ''),
    String(lab.instances ?? ''),
    lab.since ?? '',
    lab.topology ?? '',
  ])
  const head = ['NAME', 'STATE', 'RELEASE', 'RUNTIME', 'NETWORKS', 'INSTANCES', 'SINCE', 'TOPOLOGY']
  print(alignColumns([head, ...rows]).join('\n'))
}

async function describeLab(name: string) {
  const record = readRecordIfReadable(name)
  return {
    name,
    state: await stateOf(name),
    topology: record?.topology ?? null,
    release: record?.cloud.neutron.release ?? null,
    runtime: record === null ? null : (record.containers?.kind ?? 'process'),
    networks: record?.cloud.networks.length ?? null,
    instances: record?.cloud.instances.length ?? null,
    guests: record?.cloud.guests.filter(({ instance_id }) => instance_id === null).length ?? null,
    since: readJournal(name).stoodAt,
  }
}

export type LabState =
  | 'stands'
  | 'building'
  | 'removing'
  | 'half-built'
  | 'half-removed'
  | 'gone since reboot'

/** How far a lab has come, and whether somebody is at it. */
export async function stateOf(lab: string): Promise<LabState> {
  return stateWhile(await isHeld(lab), lab)
}

/** The same for one who knows whether somebody is at it. */
export function stateWhile(busy: boolean, lab: string): LabState {
  const journal = readJournal(lab)
  if (journal.bootId !== null && journal.bootId !== readBootId()) return 'gone since reboot'
  if (journal.phase === 'stands') return 'stands'
  if (journal.phase === 'removing') return busy ? 'removing' : 'half-removed'
  return busy ? 'building' : 'half-built'
}
