import { statfsSync, statSync } from 'node:fs'

/**
 * What tells a named network namespace from any other that has its name at another time: `inode:birth`, the birth as
 * seconds and nanoseconds. The kernel gives an inode out again as soon as it is free, so that alone says nothing.
 * Null where no namespace has the name. `stat -c %i:%.9Z /run/netns/<name>` prints the same.
 */
export function namespaceIdentityOf(name: string): string | null {
  const found = statSync(`/run/netns/${name}`, { throwIfNoEntry: false, bigint: true })
  if (found === undefined) return null
  const seconds = found.ctimeNs / NANOSECONDS
  const rest = String(found.ctimeNs % NANOSECONDS).padStart(9, '0')
  return `${found.ino}:${seconds}.${rest}`
}

/** Whether the name stands for a namespace, and is not the mere file on which `ip netns add` mounts one. */
export function isNamespace(name: string): boolean {
  try {
    return statfsSync(`/run/netns/${name}`).type === NSFS_MAGIC
  } catch {
    // gone
    return false
  }
}

/** statfs(2) */
const NSFS_MAGIC = 0x6e736673

/** The inode in an identity. */
export function inodeOfIdentity(identity: string): number {
  return Number(identity.split(':', 1)[0])
}

const NANOSECONDS = 1_000_000_000n
