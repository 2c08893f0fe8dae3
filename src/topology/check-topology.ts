import { checkAddresses } from './check/check-addresses.ts'
import { checkBlockDevices } from './check/check-block-devices.ts'
import { checkCapacity } from './check/check-capacity.ts'
import { checkDevices } from './check/check-devices.ts'
import { checkFloatingIps } from './check/check-floating-ips.ts'
import { checkGuests } from './check/check-guests.ts'
import { checkHostAddresses } from './check/check-host-addresses.ts'
import { checkHostReferences } from './check/check-host-references.ts'
import { checkHosts } from './check/check-hosts.ts'
import { checkIdentities } from './check/check-identities.ts'
import { checkMetadataAddress } from './check/check-metadata-address.ts'
import { checkMetadataAgent } from './check/check-metadata-agent.ts'
import { checkMetadataProxy } from './check/check-metadata-proxy.ts'
import { checkNames } from './check/check-names.ts'
import { checkOvn } from './check/check-ovn.ts'
import { checkReferences } from './check/check-references.ts'
import { checkRouters } from './check/check-routers.ts'
import { checkSegments } from './check/check-segments.ts'
import { checkSubnets } from './check/check-subnets.ts'
import { checkVendordata } from './check/check-vendordata.ts'
import type { Finding } from './finding.ts'
import type { PrunedTopology } from './prune.ts'

/** What no single value shows: names, references, addresses and ids that do not fit each other. */
export function checkTopology(pruned: PrunedTopology): Finding[] {
  const findings = checks.flatMap(check => check(pruned))
  const unserved = checkCapacity(pruned).filter(({ network }) => !isFaulty(network, findings))
  return [...findings, ...unserved.map(({ finding }) => finding)].map(finding => ({
    ...finding,
    path: pruned.toFilePath(finding.path),
  }))
}

/** A network whose ranges are wrong runs out of addresses for that reason alone. */
function isFaulty(network: string, findings: readonly Finding[]): boolean {
  return findings.some(({ path: [section, name] }) => section === 'networks' && name === network)
}

const checks = [
  checkNames,
  checkReferences,
  checkHosts,
  checkHostReferences,
  checkHostAddresses,
  checkSegments,
  checkSubnets,
  checkRouters,
  checkAddresses,
  checkFloatingIps,
  checkIdentities,
  checkGuests,
  checkBlockDevices,
  checkDevices,
  checkMetadataAddress,
  checkMetadataAgent,
  checkMetadataProxy,
  checkOvn,
  checkVendordata,
]
