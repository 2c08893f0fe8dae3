import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { isRoot } from '../is-root.ts'
import { type Finding, missing, ok, unchecked } from './finding.ts'

/** Whether labs can keep their state where they do: `stateDirectory` need not be there yet. */
export function checkPlace(stateDirectory: string): readonly Finding[] {
  const folder = nearestExisting(stateDirectory)
  return [checkWritable(stateDirectory, folder), checkSpace(folder)]
}

function checkWritable(stateDirectory: string, folder: string): Finding {
  if (!isRoot()) return unchecked(WRITABLE, 'only root may write there', 'sudo lab doctor')
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return ok(WRITABLE, folder === stateDirectory ? folder : `${stateDirectory}, to be made`)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return missing(WRITABLE, reason, `Make ${folder} writable for root: mount -o remount,rw …`)
  }
}

/** Logs and leases of a small lab take a few megabytes; less than that fails half-way. */
function checkSpace(folder: string): Finding {
  const { bavail, bsize, files, ffree } = statfsSync(folder)
  const free = `${Math.floor((bavail * bsize) / MEBIBYTE)} MiB free in ${folder}`
  // File systems without a table of inodes, such as btrfs, report none at all.
  const inodesAreShort = files > 0 && ffree < NEEDED_INODES
  if (bavail * bsize >= NEEDED_BYTES && !inodesAreShort) return ok(SPACE, free)
  const found = inodesAreShort ? `${free}, ${ffree} inodes` : free
  return missing(SPACE, found, `Free some space: df -h ${folder}; df -i ${folder}`)
}

const MEBIBYTE = 2 ** 20
const NEEDED_BYTES = 32 * MEBIBYTE
const NEEDED_INODES = 1000

function nearestExisting(path: string): string {
  return existsSync(path) || path === '/' ? path : nearestExisting(dirname(path))
}

const WRITABLE = {
  id: 'state-directory',
  title: 'State directory',
  why: "a lab's files, logs and journal stand there, and without the journal it could not be taken down",
}

const SPACE = {
  id: 'free-space',
  title: 'Free space',
  why: 'a full disk would stop a lab half-way',
}
