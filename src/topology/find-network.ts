import type { Topology } from './schema.ts'
import type { TopologyNetwork } from './subnet-defaults.ts'

/** The network of a name; undefined where the file gives none, `toString` and its like included. */
export function findNetwork(
  { networks }: Pick<Topology, 'networks'>,
  name: string,
): TopologyNetwork | undefined {
  return Object.hasOwn(networks, name) ? networks[name] : undefined
}
