import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Cloud } from '../../src/cloud/cloud.ts'
import { type Exchange, isTurns } from '../golden/exchange.ts'
import type { Replayed } from './replay-files.ts'
import type { ReplayedLookup } from './replay-lookups.ts'

/** A line of differences.yaml. */
export interface MeantDifference {
  readonly via?: string
  readonly id?: string
  readonly lookup?: string
  readonly when?: string
  readonly recorded: string
  readonly lab: { readonly status?: number; readonly body?: string; readonly word?: string }
  readonly reason: string
}

/** What a comparison came to; `equal` is one that was meant to differ and does not. */
export type Verdict = 'same' | 'different' | 'meant' | 'equal'

/** The list of what is meant to differ. */
export function readMeant(): MeantDifference[] {
  const file = new URL('differences.yaml', import.meta.url)
  return parse(readFileSync(file, 'utf8'))
}

/** Which of the list an exchange with the recorded cloud falls under, if any. */
export function findMeant(
  list: readonly MeantDifference[],
  { entry: { recorded } }: Replayed,
  cloud: Cloud,
): MeantDifference | undefined {
  if (isTurns(recorded)) return undefined
  return list.find(
    meant =>
      meant.lookup === undefined &&
      matches(meant.via, recorded.via) &&
      matches(meant.id, recorded.id) &&
      (meant.when === undefined || holds(meant.when, recorded, cloud)) &&
      // Where the real services answered the same, for another reason, nothing is meant to differ.
      recorded.status !== meant.lab.status,
  )
}

/** Judges an exchange; one that is meant to differ must differ as the list says. */
export function judge(replayed: Replayed, meant: MeantDifference | undefined): Verdict {
  const { main } = replayed
  if (meant === undefined) return main.length === 0 ? 'same' : 'different'
  if (main.length === 0) return 'equal'
  const labOf = (what: string) => main.find(difference => difference.what === what)?.lab
  const { status, body = '' } = meant.lab
  const isAsMeant = labOf('status') === `${status}` && (labOf('body') ?? '').includes(body)
  return isAsMeant ? 'meant' : 'different'
}

export function findMeantLookup(
  list: readonly MeantDifference[],
  { lookup }: ReplayedLookup,
): MeantDifference | undefined {
  return list.find(meant => meant.lookup !== undefined && matches(meant.lookup, lookup.name))
}

export function judgeLookup({ main }: ReplayedLookup, meant: MeantDifference | undefined): Verdict {
  if (meant === undefined) return main.length === 0 ? 'same' : 'different'
  if (main.length === 0) return 'equal'
  return main[0]?.lab === meant.lab.word ? 'meant' : 'different'
}

function matches(pattern: string | undefined, text: string): boolean {
  return pattern === undefined || new RegExp(pattern).test(text)
}

/** The conditions that the list may name. */
function holds(condition: string, exchange: Exchange, cloud: Cloud): boolean {
  if (condition === 'router without networks') return asksUnknownRouter(exchange, cloud)
  throw new Error(`differences.yaml: nobody knows the condition ${condition}`)
}

function asksUnknownRouter({ request_headers }: Exchange, { ports }: Cloud): boolean {
  const find = (name: string) =>
    request_headers.find(([key]) => key.toLowerCase() === name)?.[1].toLowerCase() ?? ''
  const router = find('x-neutron-router-id')
  const isKnown = ports.some(
    ({ device_id, device_owner }) =>
      device_owner === 'network:router_interface' && device_id === router,
  )
  return router !== '' && find('x-neutron-network-id') === '' && !isKnown
}
