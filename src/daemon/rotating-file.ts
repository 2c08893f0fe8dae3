import {
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readlinkSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs'

/** A file that is appended to, and does not grow beyond its limit. */
export interface RotatingFile {
  /** Throws where it cannot be written. */
  append(bytes: Buffer): void
}

/**
 * Keeps an open file within a limit: what has come to it moves to `<path>.1` in place of what was there. It is copied,
 * since who writes it may have no right to its directory any more, and `tail -F` goes on with what comes next. Both are
 * opened now, while root is still there to do it. A pipe, a terminal or a file that is not ours is only written.
 */
export function keepWithin(limitBytes: number, file: number): RotatingFile {
  const pair = openPair(file)
  let sizeBytes = pair === undefined ? 0 : fstatSync(file).size
  return {
    append(bytes) {
      if (pair !== undefined && sizeBytes > 0 && sizeBytes + bytes.length > limitBytes) {
        sizeBytes = 0
        move(pair, file)
      }
      sizeBytes += bytes.length
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
    },
  }
}

interface Pair {
  readonly source: number
  readonly older: number
}

function openPair(file: number): Pair | undefined {
  try {
    const door = `/proc/self/fd/${file}`
    const path = readlinkSync(door)
    const [there, opened] = [statSync(path), fstatSync(file)]
    if (!opened.isFile() || there.ino !== opened.ino || there.dev !== opened.dev) return undefined
    const source = openSync(door, constants.O_RDONLY)
    return { source, older: openSync(`${path}.1`, olderFlags, 0o600) }
  } catch {
    // Not ours to rotate.
    return undefined
  }
}

/** Where the copy finds no room, what is in the file goes all the same: the limit is there to spare the disk. */
function move({ source, older }: Pair, file: number): void {
  try {
    ftruncateSync(older)
    copy(source, older)
  } finally {
    ftruncateSync(file)
  }
}

function copy(source: number, older: number): void {
  const part = Buffer.allocUnsafe(1024 * 1024)
  for (let position = 0; ; ) {
    const size = readSync(source, part, 0, part.length, position)
    if (size === 0) return
    for (let written = 0; written < size; ) {
      written += writeSync(older, part, written, size - written, position + written)
    }
    position += size
  }
}

const olderFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW
