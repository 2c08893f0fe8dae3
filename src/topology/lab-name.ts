/** The name of the lab that a topology makes: the topology's own, or else made from the file's. */
export function labNameOf(topology: { readonly name?: string }, path: string): string {
  return topology.name ?? nameFromPath(path)
}

/** What a lab may be called: part of namespaces' and directories' names. */
export const labNamePattern = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/

export const labNameRule = 'must be 1 to 32 of a-z, 0-9 and -, not beginning or ending with -'

function nameFromPath(path: string): string {
  const base = path.replace(/^.*\//, '').replace(/\.ya?ml$/i, '')
  const name = base
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, 32)
    .replace(/-$/, '')
  return name === '' ? 'lab' : name
}
