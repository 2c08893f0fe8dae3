import { stat } from 'node:fs/promises'
import { suggest } from '../topology/suggest.ts'
import { LabError } from './lab-error.ts'
import { listShippedTopologies, shippedTopologyPath } from './shipped-topologies.ts'

/** The path of what a user calls a topology. A bare word is one that ships, unless only a file has that name. */
export async function findTopologyFile(wanted: string): Promise<string> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(wanted)) return wanted
  const shipped = listShippedTopologies()
  if (shipped.includes(wanted)) return shippedTopologyPath(wanted)
  const isThere = await stat(wanted).then(
    () => true,
    () => false,
  )
  if (isThere) return wanted
  const ships = `These ship: ${shipped.join(', ')}. A file of yours is given by its path: ./${wanted}.yaml`
  const hint = [suggest(wanted, shipped), ships].filter(Boolean).join('\n')
  throw new LabError(`There is no topology \`${wanted}\`.`, { exitCode: 2, hint })
}
