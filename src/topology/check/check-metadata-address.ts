import { allocateAddresses } from '../allocate-addresses.ts'
import type { Finding } from '../finding.ts'
import type { PrunedTopology } from '../prune.ts'
import { requestPorts } from '../request-ports.ts'
import type { Topology } from '../schema.ts'
import { gatewayOf } from '../subnet-defaults.ts'

/** Ports and gateways that would have the address of the metadata service, given by the file or in turn. */
export function checkMetadataAddress({ topology, isDamaged }: PrunedTopology): Finding[] {
  const ports = requestPorts(topology).filter(({ network }) => !isDamaged(['networks', network]))
  const { addresses } = allocateAddresses(ports)
  const requests = ports.flatMap(({ addresses: wanted, path }) =>
    wanted.map(request => ({ request, path })),
  )
  return [
    ...checkGateways(topology),
    ...requests.flatMap(({ request, path }): Finding[] => {
      if (addresses.get(request)?.address !== metadataAddress) return []
      if (request.kind !== 'fixed') return [{ message: inTurn, path, hint }]
      const isGateway = gatewayOf(request.subnet) === metadataAddress
      return isGateway ? [] : [{ message: given, path: request.path }]
    }),
  ]
}

function checkGateways({ networks }: Topology): Finding[] {
  return Object.entries(networks).flatMap(([name, { subnets }]) =>
    subnets.flatMap(({ gateway_ip }, index) =>
      gateway_ip === metadataAddress
        ? [{ message: given, path: ['networks', name, 'subnets', index, 'gateway_ip'] }]
        : [],
    ),
  )
}

const metadataAddress = '169.254.169.254'
const given = `\`${metadataAddress}\` is where guests ask for metadata, so no port can have it`
const inTurn = `this port would get \`${metadataAddress}\`, where guests ask for metadata`
const hint = 'leave the address out of the allocation pools'
