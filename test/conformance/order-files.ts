import type { Cloud } from '../../src/cloud/cloud.ts'
import { type Exchange, isTurns } from '../golden/exchange.ts'
import type { Entry, RecordedFile } from './read-recordings.ts'

/** A file, and those that must be through before it begins. */
interface Ordered {
  readonly file: RecordedFile
  readonly after: readonly RecordedFile[]
}

/**
 * Files in an order in which none disturbs another: one that posts a password comes after all others that ask for the
 * same instance, and of two such the one that is first by name.
 */
export function orderFiles(files: readonly RecordedFile[], cloud: Cloud): Ordered[] {
  const asked = new Map(files.map(file => [file.name, listAsked(file, cloud)]))
  const posted = new Map(files.map(file => [file.name, listPosted(file, cloud)]))
  const posts = ({ name }: RecordedFile) => (posted.get(name)?.size ?? 0) > 0
  const ordered = [...files.filter(file => !posts(file)), ...files.filter(posts)]
  return ordered.map((file, index) => ({
    file,
    after: ordered
      .slice(0, index)
      .filter(({ name }) => !asked.get(name)?.isDisjointFrom(posted.get(file.name) ?? new Set())),
  }))
}

/** Ids of the instances that a file asks for. */
function listAsked({ entries }: RecordedFile, cloud: Cloud): Set<string> {
  return new Set(entries.flatMap(({ recorded }) => findInstances(recorded, cloud)))
}

/** Ids of the instances whose password a file stores. */
function listPosted({ entries }: RecordedFile, cloud: Cloud): Set<string> {
  const posts = entries.filter(({ recorded }) => !isTurns(recorded) && storesPassword(recorded))
  return new Set(posts.flatMap(({ recorded }) => findInstances(recorded, cloud)))
}

function storesPassword({ method, path, status }: Exchange): boolean {
  return method === 'POST' && /\/password\b/.test(path) && status === 200
}

/** By the guest's name, by the id that nova is asked for, or by the address that the agent is told. */
function findInstances(recorded: Entry['recorded'], { instances, ports }: Cloud): string[] {
  const guest = /^chain:(.+)$/.exec(recorded.via)?.[1]
  if (guest !== undefined) return instances.filter(({ name }) => name === guest).map(({ id }) => id)
  if (isTurns(recorded) || isRefused(recorded)) return []
  if (recorded.via === 'nova') return [joinValues(recorded, 'x-instance-id')]
  const client = joinValues(recorded, 'x-forwarded-for').replace(/^::ffff:/, '')
  return ports
    .filter(({ fixed_ips }) => fixed_ips.some(({ ip_address }) => ip_address === client))
    .map(({ device_id }) => device_id)
}

/** Nova has looked for no instance. */
function isRefused({ status }: Exchange): boolean {
  return status === 400 || status === 403
}

/** Several headers of a name are one, which is nobody's id. */
function joinValues({ request_headers }: Exchange, wanted: string): string {
  const values = request_headers.filter(([name]) => name.toLowerCase() === wanted)
  return values.map(([, value]) => value.toLowerCase()).join(', ')
}
