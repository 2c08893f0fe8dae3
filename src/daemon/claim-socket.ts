import { chmodSync, chownSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'

/**
 * Makes room for a UNIX socket: the directory is made (0755), a socket that nobody answers is removed. Throws when
 * somebody answers, when the path is taken by something else, and when it is too long for the kernel.
 */
export async function claimSocketPath(path: string): Promise<void> {
  if (Buffer.byteLength(path) > pathLimitBytes) {
    throw new Error(`${path} is longer than the ${pathLimitBytes} bytes a socket's path may have`)
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (there === undefined) return
  if (!there.isSocket()) throw new Error(`${path} is there and is not a socket`)
  if (await isAnswered(path)) throw new Error(`another process answers on ${path}`)
  unlinkSync(path)
}

/** Gives a fresh socket its mode and owner; the owner only when we are root. */
export function giveSocket(path: string, mode: number, uid: number, gid: number): void {
  chmodSync(path, mode)
  if (process.getuid?.() === 0) chownSync(path, uid, gid)
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false)
      else reject(error)
    })
  })
}

const pathLimitBytes = 107
