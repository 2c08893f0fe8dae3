/** Versions of the EC2 tree, oldest first; the same in every release. `latest` is the last one. */
export const ec2Versions = [
  '1.0',
  '2007-01-19',
  '2007-03-01',
  '2007-08-29',
  '2007-10-10',
  '2007-12-15',
  '2008-02-01',
  '2008-09-01',
  '2009-04-04',
] as const

export type Ec2Version = (typeof ec2Versions)[number]

/** The first version that has a key; keys that are not here are in all of them. */
export const ec2Since = {
  'local-hostname': '2007-01-19',
  'public-hostname': '2007-01-19',
  'public-ipv4': '2007-01-19',
  'instance-type': '2007-08-29',
  'block-device-mapping': '2007-12-15',
  'kernel-id': '2007-12-15',
  'ramdisk-id': '2007-12-15',
  placement: '2008-02-01',
  'instance-action': '2008-09-01',
} as const satisfies Readonly<Record<string, Ec2Version>>

/** The version a path segment names; undefined for an unknown one. */
export function findEc2Version(segment: string): Ec2Version | undefined {
  return segment === 'latest' ? ec2Versions.at(-1) : ec2Versions.find(name => name === segment)
}
