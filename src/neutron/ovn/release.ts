import { isSince, type ReleaseName, readReleaseName } from '../../topology/release-names.ts'

/**
 * What of ML2/OVN changed with a release, and the release that brought it, each as the last point release of its branch
 * has it. It came into Neutron with Ussuri.
 */
export const ovnChanges = {
  /** The metadata port bears 169.254.169.254 with /32; before, /16. */
  hostMetadataAddress: 'victoria',
  /** ovnmeta has addresses of subnets with VIFs on the chassis; before, all that the metadata port has. */
  addressesOfLocalVifs: 'wallaby',
  /** haproxy's configuration names a log-tag. */
  logTag: 'zed',
  /** The ends of the cable get the network's MTU; before, they keep Linux's 1500. */
  setsMtu: 'zed',
  /** fe80::a9fe:a9fe is served where a VIF of the chassis has IPv6, and a metadata port without addresses will do. */
  ipv6Metadata: '2024.1',
  /** X-Forwarded-For must be an address; before, it is compared as it came. */
  parsesForwardedFor: '2024.1',
  /** An address that no port has is a warning in the log; before, an error. */
  warnsOfNoPort: '2025.2',
  /** The agent is neutron-ovn-agent with its metadata extension, and neutron-ovn-metadata-agent deprecated. */
  ovnAgent: '2025.2',
} as const satisfies Readonly<Record<string, ReleaseName>>

/** Whether a release has a change. Throws for a name that is no release's. */
export function ovnHas(release: string, change: keyof typeof ovnChanges): boolean {
  return isSince(readReleaseName('Neutron', release), ovnChanges[change])
}
