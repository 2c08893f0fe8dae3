import { LabError } from '../lab/lab-error.ts'
import { type LabRecord, labExists, labNames, readRecord } from '../lab/record.ts'
import { labNamePattern, labNameRule } from '../topology/lab-name.ts'

/** Options that stand before the command. */
export interface GlobalOptions {
  readonly lab?: string
}

/** The lab that a command is about: the one named, or the only one there is. Throws LabError. */
export function pickLab(name: string | undefined, { lab }: GlobalOptions): string {
  const wanted = name ?? lab
  if (wanted !== undefined) return existingLab(wanted)
  const names = labNames()
  const [only] = names
  if (only === undefined)
    throw new LabError('No lab stands.', { hint: '`lab up dhcp-mode` builds one.' })
  if (names.length === 1) return only
  throw new LabError(`Which lab? ${names.join(', ')} stand.`, {
    hint: 'Name one with --lab, before the command.',
    exitCode: 2,
  })
}

/** The lab with its record. Throws LabError where it was killed before it had one. */
export function pickRecord(name: string | undefined, options: GlobalOptions): LabRecord {
  const lab = pickLab(name, options)
  const record = readRecord(lab)
  if (record !== null) return record
  throw new LabError(`Lab ${lab} was never built to an end`, {
    hint: `\`lab down ${lab}\` clears it away.`,
  })
}

function existingLab(name: string): string {
  checkLabName(name)
  if (labExists(name)) return name
  const names = labNames()
  throw new LabError(`There is no lab ${name}.`, {
    hint: names.length === 0 ? 'No lab stands.' : `There is ${names.join(', ')}.`,
  })
}

/** A lab's name becomes part of paths and namespaces. Throws LabError where it cannot. */
export function checkLabName(name: string): void {
  if (labNamePattern.test(name)) return
  throw new LabError(`${JSON.stringify(name)} cannot be the name of a lab`, {
    hint: `A lab's name ${labNameRule}.`,
    exitCode: 2,
  })
}
