import { statePathOf } from './paths.ts'
import { readIfThere } from './read-if-there.ts'

/** What a service of a lab has last warned of since a moment (ms since 1970), as `service: words`; null for nothing. */
export function lastComplaint(lab: string, service: string, sinceMs: number): string | null {
  const log = readIfThere(`${statePathOf(lab)}/log/${service}.log`) ?? ''
  const words = findComplaint(log, sinceMs)
  return words === null ? null : `${service}: ${words}`
}

/** In a log as oslo.log writes it, whose times are local. */
export function findComplaint(log: string, sinceMs: number): string | null {
  const complaints = [...log.matchAll(/^(\S+ \S+) \d+ (?:WARNING|ERROR) \S+ \[-\] (.*)$/gm)]
  const [, time = '', words = ''] = complaints.at(-1) ?? []
  return Date.parse(time) >= sinceMs ? words : null
}
