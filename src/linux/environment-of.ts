import { systemPath } from './system-path.ts'

/** What every program of a lab gets to see; LAB marks it, and all that it starts, as the lab's. */
export function environmentOf(lab: string | undefined): Record<string, string> {
  return { PATH: systemPath, LC_ALL: 'C', ...(lab === undefined ? {} : { LAB: lab }) }
}
