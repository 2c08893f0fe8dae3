import { type ReleaseName, releaseNames } from '../../topology/release-names.ts'
import { type NovaChange, novaHas } from '../release.ts'

/** Dated versions of the OpenStack tree, oldest first, with the change that brought the later ones. */
const versions = [
  ['2012-08-10'],
  ['2013-04-04'],
  ['2013-10-17'],
  ['2015-10-15', 'version20151015'],
  ['2016-06-30', 'versions2016'],
  ['2016-10-06', 'versions2016'],
  ['2017-02-22', 'version20170222'],
  ['2018-08-27', 'version20180827'],
  ['2020-10-14', 'version20201014'],
  ['2025-04-04', 'version20250404'],
] as const satisfies readonly (readonly [date: string, change?: NovaChange])[]

export type OpenstackVersion = (typeof versions)[number][0]

/** What a dated version added to the tree or to its files. */
export const openstackSince = {
  password: '2013-04-04',
  random_seed: '2013-04-04',
  'vendor_data.json': '2013-10-17',
  /** In the listing; the file itself answers in every version. */
  'network_data.json': '2015-10-15',
  project_id: '2015-10-15',
  devices: '2016-06-30',
  'vendor_data2.json': '2016-10-06',
  deviceVlan: '2017-02-22',
  deviceVfTrusted: '2018-08-27',
  dedicated_cpus: '2020-10-14',
  deviceShare: '2025-04-04',
} as const satisfies Readonly<Record<string, OpenstackVersion>>

/** Whether a dated version has what `openstackSince` names. ISO dates compare as text. */
export function versionHas(version: OpenstackVersion, what: keyof typeof openstackSince): boolean {
  return version >= openstackSince[what]
}

/** The dated versions a release of Nova knows, oldest first. */
export function listOpenstackVersions(release: ReleaseName): readonly OpenstackVersion[] {
  return byRelease.get(release) ?? []
}

/** The dated version a path segment names; undefined for an unknown one. */
export function findOpenstackVersion(
  release: ReleaseName,
  segment: string,
): OpenstackVersion | undefined {
  const known = listOpenstackVersions(release)
  return segment === 'latest' ? known.at(-1) : known.find(version => version === segment)
}

const byRelease: ReadonlyMap<ReleaseName, readonly OpenstackVersion[]> = new Map(
  releaseNames.map(release => {
    const known = versions.filter(([, change]) => change === undefined || novaHas(release, change))
    return [release, known.map(([date]) => date)]
  }),
)
