import { isSince, type ReleaseName } from '../../topology/release-names.ts'

/**
 * What of neutron-metadata-agent's answers changed with a release, and the release that brought it, each as the
 * last point release of its branch has it. Which of its two servers a release has stands in `../release.ts`.
 */
export const metadataAgentChanges = {
  /** The type of nova's 200 is passed on; before, all is text/html, and the proxy's answers with it. */
  passesType: 'icehouse',
  /** Nova's 400 is passed on; before, it is a 500. */
  passesBadRequest: 'juno',
  /** A request with a network's id and a router's is nobody's; before, the network's goes first (LP 1865036). */
  refusesBothIds: 'queens',
  /** A 404 of nova is looked up and asked for a second time. */
  asksAgainAfter404: 'train',
  /** X-Forwarded-For must be an address; IPv4-mapped and link-local ones are understood. */
  parsesForwardedFor: 'victoria',
  /** A nova that cannot be reached is a 503, and its 502, 503 and 504 are passed on. */
  unreachableIs503: '2024.1',
  /** netaddr 1.3 (upper-constraints.txt; 2024.2 has 0.10): no more octal, hexadecimal or shortened IPv4 addresses. */
  strictIpv4: '2025.1',
  /** Transfer-Encoding of nova's answer is not passed on beside the new Content-Length. */
  dropsTransferEncoding: '2026.1',
  /** What python-requests has unpacked is passed on; before, the socket server unpacks it once more, and fails. */
  knowsUnpacked: '2026.1',
  /** urllib3 2 (upper-constraints.txt): a body of less than its length is an error, x-gzip is gzip, and a certificate's CN is no name. */
  hasUrllib3Version2: '2026.1',
} as const satisfies Readonly<Record<string, ReleaseName>>

export type MetadataAgentChange = keyof typeof metadataAgentChanges

/** Whether a release has a change. */
export function agentHas(release: ReleaseName, change: MetadataAgentChange): boolean {
  return isSince(release, metadataAgentChanges[change])
}
