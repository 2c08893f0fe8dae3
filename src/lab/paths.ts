import { statePathOf } from '../cloud/state-path.ts'

export { statePathOf }

/** Where labs keep their state: a directory for each, named as the lab. */
export const labsDirectory = '/var/lib/lab'

/** What the lab is made of, written before anything of it is: enough to take it down without its topology. */
export function recordPathOf(lab: string): string {
  return `${statePathOf(lab)}/lab.json`
}

/** The topology of what stands, to be read and applied again: holds its secrets, root's alone. */
export function keptTopologyPathOf(lab: string): string {
  return `${statePathOf(lab)}/topology.yaml`
}

/** What has been done, a line before and after each effect. */
export function journalPathOf(lab: string): string {
  return `${statePathOf(lab)}/journal.jsonl`
}

/** Where the supervisor and the agents write down what they have put back. */
export function historiesDirectoryOf(lab: string): string {
  return `${statePathOf(lab)}/run`
}
