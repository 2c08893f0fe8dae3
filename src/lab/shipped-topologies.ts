import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Names of the topologies that come with lab, without their ending. */
export function listShippedTopologies(): string[] {
  return readdirSync(folder)
    .filter(file => file.endsWith('.yaml'))
    .map(file => file.replace(/\.yaml$/, ''))
    .toSorted()
}

/** Those with what they say of themselves in their line `description:`. Reads no YAML: help asks for it. */
export function describeShippedTopologies(): { readonly name: string; readonly about: string }[] {
  return listShippedTopologies().map(name => {
    const text = readFileSync(shippedTopologyPath(name), 'utf8')
    return { name, about: /^description: (.*)$/m.exec(text)?.[1] ?? '' }
  })
}

export function shippedTopologyPath(name: string): string {
  return `${folder}${name}.yaml`
}

const folder = fileURLToPath(new URL('../../topologies/', import.meta.url))
