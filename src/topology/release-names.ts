/** Releases of Neutron and Nova that a topology may name, oldest first. */
export const releaseNames = [
  'havana',
  'icehouse',
  'juno',
  'kilo',
  'liberty',
  'mitaka',
  'newton',
  'ocata',
  'pike',
  'queens',
  'rocky',
  'stein',
  'train',
  'ussuri',
  'victoria',
  'wallaby',
  'xena',
  'yoga',
  'zed',
  '2023.1',
  '2023.2',
  '2024.1',
  '2024.2',
  '2025.1',
  '2025.2',
  '2026.1',
] as const

export type ReleaseName = (typeof releaseNames)[number]

/** What a topology gets that names no release. */
export const newestRelease: ReleaseName = '2026.1'

/** The release of that name. Throws where the service has none. */
export function readReleaseName(service: 'Neutron' | 'Nova', text: string): ReleaseName {
  const release = releaseNames.find(name => name === text)
  if (release === undefined) throw new Error(`${service} has no release named ${text}`)
  return release
}

/** Whether a release is that one or newer. */
export function isSince(release: ReleaseName, since: ReleaseName): boolean {
  return releaseNames.indexOf(release) >= releaseNames.indexOf(since)
}
