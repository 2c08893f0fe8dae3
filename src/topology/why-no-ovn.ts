import { isSince, type ReleaseName } from './release-names.ts'

/** Why a release of Neutron has no ML2/OVN, in words; null where it has: networking-ovn was merged in 16.0.0, Ussuri. */
export function whyNoOvn(release: ReleaseName): string | null {
  return isSince(release, 'ussuri')
    ? null
    : `Neutron ${release} has no ML2/OVN of its own, which came with ussuri; before, it was networking-ovn`
}
