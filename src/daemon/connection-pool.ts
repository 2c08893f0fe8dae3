import type { Socket } from 'node:net'
import type { Work } from './http-connection.ts'

interface Connection {
  stop(): void
}

/**
 * At most so many connections are served at a time, as by eventlet's pool of green threads. When all are taken, the one
 * that has kept the server waiting longest gives way, so that idle and slow clients do not stop others; where all are
 * at work, a new one waits for its turn.
 */
export class ConnectionPool {
  readonly #limit: number
  readonly #partingMs: number
  readonly #serve: (socket: Socket, work: Work) => Connection
  readonly #served = new Set<Socket>()
  /** Of those, who keep the server waiting, the longest first. */
  readonly #idle = new Set<Socket>()
  /** Who waits to be served, and how that begins. */
  readonly #waiting = new Map<Socket, () => void>()

  /** Who gives way has `partingMs` to read what was said before. */
  constructor(limit: number, serve: (socket: Socket, work: Work) => Connection, partingMs = 5000) {
    this.#limit = limit
    this.#partingMs = partingMs
    this.#serve = serve
  }

  /** Serves a connection, now or later. */
  admit(socket: Socket): Connection {
    let connection: Connection = { stop: () => socket.destroy() }
    this.#waiting.set(socket, () => {
      connection = this.#begin(socket)
    })
    // A peer that resets its connection has no further interest.
    socket.on('error', () => socket.destroy())
    socket.once('close', () => this.#forget(socket))
    this.#beginNext()
    return { stop: () => connection.stop() }
  }

  #beginNext(): void {
    for (const [socket, begin] of this.#waiting) {
      if (this.#served.size >= this.#limit && !this.#makeRoom()) return
      this.#waiting.delete(socket)
      begin()
    }
  }

  #makeRoom(): boolean {
    const [longest] = this.#idle
    if (longest === undefined) return false
    this.#served.delete(longest)
    this.#idle.delete(longest)
    longest.destroySoon()
    // One that never reads would stay beside those that are counted.
    if (!longest.destroyed) setTimeout(() => longest.destroy(), this.#partingMs).unref()
    return true
  }

  #begin(socket: Socket): Connection {
    this.#served.add(socket)
    this.#idle.add(socket)
    return this.#serve(socket, {
      begin: () => this.#idle.delete(socket),
      // The answer is written first.
      end: () => setImmediate(() => this.#rest(socket)),
    })
  }

  #rest(socket: Socket): void {
    if (!this.#served.has(socket)) return
    this.#idle.add(socket)
    this.#beginNext()
  }

  #forget(socket: Socket): void {
    this.#served.delete(socket)
    this.#idle.delete(socket)
    this.#waiting.delete(socket)
    this.#beginNext()
  }
}
