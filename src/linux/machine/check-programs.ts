import { findMissingPrograms, installLine, type Program, programs } from '../programs.ts'
import { type Finding, missing, ok } from './finding.ts'

/** The programs that labs call, looked for in the system's directories. */
export function checkPrograms(absent: readonly Program[] = findMissingPrograms()): Finding {
  if (absent.length === 0) return ok(SUBJECT, `all ${programs.length} of them`)
  const names = absent.map(program => `${program.name} (${program.why})`).join(', ')
  return missing(SUBJECT, `not installed: ${names}`, installLine(absent))
}

const SUBJECT = {
  id: 'programs',
  title: 'Programs',
  why: "a lab is built and run with the system's own tools",
}
