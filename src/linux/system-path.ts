/**
 * Where system tools are looked for, whatever PATH says: development packages may bring a program that has a
 * system tool's name and is another one. The launcher sets the same PATH.
 */
export const systemDirectories: readonly string[] = [
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  '/usr/local/sbin',
  '/usr/local/bin',
]

export const systemPath = systemDirectories.join(':')
