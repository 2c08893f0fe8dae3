import { createHash } from 'node:crypto'
import type { PortRequest } from '../topology/port-request.ts'
import { deriveId } from './derive-id.ts'

export interface PortIdentity {
  readonly id: string
  readonly mac_address: string
}

/**
 * The id and MAC of every port. What the topology gives is kept; what is derived gives way to it, and to the ports
 * before: devices are named after eleven characters of the id, and a MAC has but three bytes of its own.
 */
export function derivePortIdentities(
  lab: string,
  requests: readonly PortRequest[],
): ReadonlyMap<PortRequest, PortIdentity> {
  const deviceNames = new Set(requests.flatMap(({ id }) => (id ? [id.slice(0, 11)] : [])))
  const macs = new Set(requests.flatMap(({ mac_address }) => mac_address ?? []))
  return new Map(
    requests.map(request => {
      const { key } = request
      const id = request.id ?? pickFree(deviceNames, salt => deriveId(lab, `${key}${salt}`), 11)
      const mac = request.mac_address ?? pickFree(macs, salt => deriveMac(`${lab}/${key}${salt}`))
      return [request, { id, mac_address: mac }]
    }),
  )
}

/** The first candidate whose beginning nobody has; it is taken from then on. */
function pickFree(taken: Set<string>, candidate: (salt: string) => string, length = 17): string {
  for (let attempt = 0; ; attempt += 1) {
    const value = candidate(attempt === 0 ? '' : `#${attempt}`)
    const beginning = value.slice(0, length)
    if (taken.has(beginning)) continue
    taken.add(beginning)
    return value
  }
}

/** Under `base_mac`, as Neutron's are: fa:16:3e and three bytes. */
function deriveMac(name: string): string {
  const [a = '', b = '', c = ''] =
    createHash('sha1').update(`mac/${name}`).digest('hex').match(/../g) ?? []
  return `fa:16:3e:${a}:${b}:${c}`
}
