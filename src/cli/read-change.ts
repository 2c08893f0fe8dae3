import { LabError } from '../lab/lab-error.ts'
import type { LabRecord } from '../lab/record.ts'
import { EditRefused } from '../topology/edit/edit-document.ts'
import { TopologyMistakes } from '../topology/topology-mistakes.ts'
import { explainMistakes, type TypedWords } from './explain-mistakes.ts'
import { readEditedWish, type Wish } from './read-wish.ts'

/** A verb's change of a lab that stands. */
export interface Change {
  /** As typed, for those who wait for the lock: `router add-subnet edge private-subnet`. */
  readonly words: readonly string[]
  /** The same for a sentence: `add subnet private-subnet to router edge`. */
  readonly what: string
  /** What the user has typed for what the verb writes. */
  readonly typed?: readonly TypedWords[]
  /** The topology's new text. Throws LabError where OpenStack would refuse. */
  readonly edit: (standing: StandingTopology) => string
  /** What is to be seen of it, a line each. */
  readonly tell: (before: LabRecord, after: LabRecord) => readonly string[] | Promise<string[]>
}

export type StandingTopology = Pick<LabRecord, 'lab' | 'options' | 'cloud' | 'kept'>

/** The lab as a change would have it, read and checked. Throws LabError, in terms of what the user has typed. */
export async function readChange(
  standing: StandingTopology,
  { what, typed = [], edit }: Pick<Change, 'what' | 'typed' | 'edit'>,
): Promise<Wish> {
  try {
    return await readEditedWish(standing, edit(standing))
  } catch (error) {
    const { lab } = standing
    if (error instanceof TopologyMistakes) throw explainMistakes(error, { lab, what, typed })
    if (!(error instanceof EditRefused)) throw error
    throw new LabError(`Cannot change the topology of lab ${lab}: ${error.message}`, {
      cause: error,
      standing: 'Nothing was changed.',
      hint: `\`lab --lab ${lab} topology\` prints it.`,
    })
  }
}
