import type { ReleaseName } from '../../topology/release-names.ts'
import { isInetAton, isIpv4, parseIpv6 } from './parse-address.ts'
import { agentHas } from './release.ts'

/** What a port is searched by. */
export type ClientAddress =
  | { readonly kind: 'ip'; readonly ip_address: string }
  | { readonly kind: 'mac'; readonly mac_address: string }
  /** Old releases, when there is no X-Forwarded-For: whatever is on the network. */
  | { readonly kind: 'any' }

/**
 * The client that X-Forwarded-For tells of: its address as text, an IPv4-mapped one as IPv4, a link-local one as
 * the MAC in it. Undefined for what is no address, several of them included, which the agent does not expect.
 */
export function readClientAddress(
  forwardedFor: string | undefined,
  release: ReleaseName,
): ClientAddress | undefined {
  if (!agentHas(release, 'parsesForwardedFor')) {
    return forwardedFor ? { kind: 'ip', ip_address: forwardedFor } : { kind: 'any' }
  }
  if (forwardedFor === undefined) return undefined
  const groups = parseIpv6(forwardedFor)
  if (groups !== undefined) return readIpv6(forwardedFor, groups)
  const isAddress = agentHas(release, 'strictIpv4') ? isIpv4 : isInetAton
  return isAddress(forwardedFor) ? { kind: 'ip', ip_address: forwardedFor } : undefined
}

function readIpv6(text: string, groups: readonly number[]): ClientAddress {
  const [first = 0, , , , g4 = 0, g5 = 0, g6 = 0, g7 = 0] = groups
  if (groups.slice(0, 5).every(group => group === 0) && g5 === 0xffff) {
    return { kind: 'ip', ip_address: splitBytes([g6, g7]).join('.') }
  }
  if ((first & 0xffc0) !== 0xfe80) return { kind: 'ip', ip_address: text }
  return { kind: 'mac', mac_address: formatMac(splitBytes([g4, g5, g6, g7])) }
}

/** EUI-64 without its two middle bytes, whatever they are, the universal bit flipped. */
function formatMac(identifier: readonly number[]): string {
  const [b0 = 0, b1 = 0, b2 = 0, , , b5 = 0, b6 = 0, b7 = 0] = identifier
  const bytes = [b0 ^ 2, b1, b2, b5, b6, b7]
  return bytes.map(byte => byte.toString(16).padStart(2, '0')).join(':')
}

function splitBytes(groups: readonly number[]): number[] {
  return groups.flatMap(group => [group >> 8, group & 0xff])
}
