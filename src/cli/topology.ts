import { type GlobalOptions, pickRecord } from './pick-lab.ts'
import { print } from './print.ts'
import { requireRoot } from './require-root.ts'

/** `lab topology`: the text that a lab is made of, the changes made by commands in it. It may hold secrets. */
export function topology(name: string | undefined, globals: GlobalOptions): void {
  requireRoot()
  print(pickRecord(name, globals).kept.text)
}
