import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { LabError } from './lab-error.ts'

/** Milliseconds; long enough for the largest lab that another command may be building or taking down. */
export const LOCK_WAIT_MS = 120_000

/** The lock of a lab, held until it is disposed of or the process ends, however it ends. */
export type LabLock = AsyncDisposable

interface LockOptions {
  readonly lab: string
  /** What the holder is doing, for those who wait: `lab up dhcp-mode`. */
  readonly command: string
  readonly waitMs: number
  /** Ends the waiting. */
  readonly signal?: AbortSignal
  readonly onWait?: (holder: string) => void
  /** Called when somebody has begun to wait for this one to end. */
  readonly onWaiter?: () => void
}

/**
 * Takes the lock of a lab, waiting for the command that holds it. The lock is a listening socket in Linux's abstract
 * namespace (unix(7)): the kernel gives it up when its process dies, and no file is left. Throws LabError naming
 * the holder when the wait is over, and the signal's reason.
 */
export async function lockLab(options: LockOptions): Promise<LabLock> {
  const deadline = Date.now() + options.waitMs
  let told = false
  for (;;) {
    const lock = await tryListen(options)
    if (lock !== null) return lock
    const stayMs = told ? deadline - Date.now() : 0
    const holder = await askHolder(options.lab, stayMs, options.signal)
    options.signal?.throwIfAborted()
    if (holder !== null && !told) {
      options.onWait?.(holder)
      told = true
    }
    if (Date.now() >= deadline) throw heldError(options.lab, holder)
    await delay(TRY_AGAIN_MS)
  }
}

/** A holder that ends connections at once must not keep a processor busy. */
const TRY_AGAIN_MS = 50

function addressOf(lab: string): string {
  return `\0lab/${lab}`
}

async function tryListen({ lab, command, onWaiter }: LockOptions): Promise<LabLock | null> {
  const waiting = new Set<Socket>()
  const server = createServer(socket => {
    waiting.add(socket.unref())
    // Who only asks who holds it goes at once.
    const stays = setTimeout(() => onWaiter?.(), ASKING_MS).unref()
    socket.on('close', () => {
      clearTimeout(stays)
      waiting.delete(socket)
    })
    socket.on('error', () => socket.destroy())
    socket.write(`${command} (pid ${process.pid})`)
  })
  try {
    server.listen(addressOf(lab))
    await once(server, 'listening')
    server.unref()
    return { [Symbol.asyncDispose]: () => release(server, waiting) }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return null
    throw error
  }
}

/** Connects to the holder: it says who it is, and the connection ends when it gives the lock up. */
async function askHolder(
  lab: string,
  stayMs: number,
  signal?: AbortSignal,
): Promise<string | null> {
  const socket = connect(addressOf(lab))
  const leave = () => socket.destroy()
  signal?.addEventListener('abort', leave)
  const { promise, resolve } = Promise.withResolvers<string | null>()
  let words = ''
  socket.setEncoding('utf8')
  socket.on('data', chunk => {
    words = printable(words + chunk)
    if (stayMs === 0) socket.destroy()
  })
  socket.on('error', () => resolve(null))
  socket.on('close', () => resolve(words === '' ? null : words))
  const limit = setTimeout(leave, Math.max(stayMs, HELLO_MS))
  try {
    return await promise
  } finally {
    clearTimeout(limit)
    signal?.removeEventListener('abort', leave)
  }
}

const HELLO_MS = 500
const ASKING_MS = 100

/** Any process may have taken the address: what it says must not reach the terminal as it is, nor fill memory. */
function printable(words: string): string {
  return words.replace(/\p{C}/gu, '?').slice(0, MAX_WORDS)
}

const MAX_WORDS = 200

/** Those who wait learn it from the end of their connection. */
async function release(server: Server, waiting: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  for (const socket of waiting) socket.destroy()
  await closed
}

function heldError(lab: string, holder: string | null): LabError {
  return new LabError(`Lab ${lab} is held by ${holder ?? 'another process'}`, {
    hint: 'Try again when it has ended.',
  })
}

/** Whether some command holds the lab's lock now. */
export async function isHeld(lab: string): Promise<boolean> {
  return (await askHolder(lab, 0)) !== null
}
