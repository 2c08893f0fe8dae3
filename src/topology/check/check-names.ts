import type { Finding } from '../finding.ts'
import type { PrunedTopology } from '../prune.ts'

/** `lab exec NODE` finds instances, guests, networks, routers and hosts by name, so no two may share one. */
export function checkNames({ namesIn }: PrunedTopology): Finding[] {
  const hosts = Array.from(namesIn('hosts'), name => [name, 'a host'] as const)
  const owners = new Map<string, string>(hosts.length === 0 ? [lone] : hosts)
  return sections.flatMap(({ section, one }) =>
    Array.from(namesIn(section)).flatMap(name => {
      const owner = owners.get(name)
      if (owner === undefined) owners.set(name, one)
      return owner === undefined ? [] : [clash(name, section, owner)]
    }),
  )
}

function clash(name: string, section: string, owner: string): Finding {
  const message = `\`${name}\` is also the name of ${owner}; \`lab exec ${name}\` could mean either`
  return { message, path: [section, name], part: 'key' }
}

const lone = ['controller', 'the host, which is always there'] as const

const sections = [
  { section: 'networks', one: 'a network' },
  { section: 'routers', one: 'a router' },
  { section: 'instances', one: 'an instance' },
  { section: 'guests', one: 'a guest' },
] as const
