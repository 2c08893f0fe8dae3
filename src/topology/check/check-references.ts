import { findNetwork } from '../find-network.ts'
import type { Finding } from '../finding.ts'
import type { TopologyPath } from '../mistake.ts'
import type { PrunedTopology } from '../prune.ts'
import { hintFromNames } from './hint-from-names.ts'

/** Names that nothing in the file bears, and networks that cannot be used in that way. */
export function checkReferences(pruned: PrunedTopology): Finding[] {
  const { instances, guests, routers } = pruned.topology
  return [
    ...Object.entries(routers).flatMap(([name, router]) =>
      checkRouter(pruned, ['routers', name], router),
    ),
    ...Object.entries(instances).flatMap(([name, { networks, key_name }]) => [
      ...networks.flatMap((network, index) =>
        checkAttachment(pruned, ['instances', name, 'networks', index], network.name),
      ),
      ...checkKeypair(pruned, ['instances', name, 'key_name'], key_name),
    ]),
    ...Object.entries(guests).flatMap(([name, { networks }]) =>
      networks.flatMap((network, index) =>
        checkAttachment(pruned, ['guests', name, 'networks', index], network.name),
      ),
    ),
  ]
}

function checkRouter(
  pruned: PrunedTopology,
  path: TopologyPath,
  router: PrunedTopology['topology']['routers'][string],
): Finding[] {
  const { external_gateway: gateway, interfaces } = router
  return [
    ...(gateway === undefined
      ? []
      : checkGateway(pruned, [...path, 'external_gateway'], gateway.network)),
    ...interfaces.flatMap(({ network }, index) =>
      checkNetwork(pruned, [...path, 'interfaces', index], 'network', network),
    ),
  ]
}

function checkGateway(pruned: PrunedTopology, path: TopologyPath, name: string): Finding[] {
  const network = findNetwork(pruned.topology, name)
  if (network === undefined || network['router:external']) {
    return checkNetwork(pruned, path, 'network', name)
  }
  const message = `network \`${name}\` is not external, so no router can have its gateway there`
  const hint = `set \`router:external: true\` on \`${name}\``
  return [{ message, path: [...path, 'network'], hint }]
}

function checkAttachment(pruned: PrunedTopology, path: TopologyPath, name: string): Finding[] {
  const network = findNetwork(pruned.topology, name)
  if (network?.subnets.length !== 0 || pruned.isDamaged(['networks', name])) {
    return checkNetwork(pruned, path, 'name', name)
  }
  const message = `network \`${name}\` has no subnet, and nova boots no instance on such a network`
  return [{ message, path: [...path, 'name'] }]
}

function checkNetwork(
  pruned: PrunedTopology,
  path: TopologyPath,
  key: string,
  name: string,
): Finding[] {
  const known = pruned.namesIn('networks')
  if (known.has(name)) return []
  const message = `there is no network \`${name}\``
  return [{ message, path: [...path, key], ...hintFromNames(name, known) }]
}

function checkKeypair(pruned: PrunedTopology, path: TopologyPath, name?: string): Finding[] {
  const known = pruned.namesIn('keypairs')
  if (name === undefined || known.has(name)) return []
  return [{ message: `there is no keypair \`${name}\``, path, ...hintFromNames(name, known) }]
}
