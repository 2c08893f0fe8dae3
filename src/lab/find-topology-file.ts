import { readdir, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { suggest } from '../topology/suggest.ts'
import { LabError } from './lab-error.ts'

/** The path of what a user calls a topology. A bare word is one that ships, unless only a file has that name. */
export async function findTopologyFile(wanted: string): Promise<string> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(wanted)) return wanted
  const shipped = await listShippedTopologies()
  if (shipped.includes(wanted)) return `${folder}${wanted}.yaml`
  const isThere = await stat(wanted).then(
    () => true,
    () => false,
  )
  if (isThere) return wanted
  const ships = `These ship: ${shipped.join(', ')}. A file of yours is given by its path: ./${wanted}.yaml`
  const hint = [suggest(wanted, shipped), ships].filter(Boolean).join('\n')
  throw new LabError(`There is no topology \`${wanted}\`.`, { exitCode: 2, hint })
}

/** Names of the topologies that come with lab, without their ending. */
export async function listShippedTopologies(): Promise<string[]> {
  const files = await readdir(folder)
  return files
    .filter(file => file.endsWith('.yaml'))
    .map(file => file.replace(/\.yaml$/, ''))
    .toSorted()
}

const folder = fileURLToPath(new URL('../../topologies/', import.meta.url))
