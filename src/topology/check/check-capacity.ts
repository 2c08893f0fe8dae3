import { allocateAddresses } from '../allocate-addresses.ts'
import type { Finding } from '../finding.ts'
import type { PortRequest } from '../port-request.ts'
import type { PrunedTopology } from '../prune.ts'
import { requestPorts } from '../request-ports.ts'

/** Networks whose subnets have fewer addresses than ports ask for; each is named once, with its first such port. */
export function checkCapacity(pruned: PrunedTopology): { network: string; finding: Finding }[] {
  const { unserved } = allocateAddresses(requestPorts(pruned.topology))
  const ports = Map.groupBy(unserved, port => port.network)
  return Array.from(ports, ([name, [first, ...others]]) =>
    first === undefined || pruned.isDamaged(['networks', name])
      ? []
      : [{ network: name, finding: complain(name, first, others.length) }],
  ).flat()
}

function complain(network: string, { path }: PortRequest, others: number): Finding {
  const more = others === 0 ? '' : `, nor for ${others} more`
  const message = `network \`${network}\` has no address left for this port${more}`
  return { message, path, hint: 'make the subnet or its allocation pools larger' }
}
