import { connect } from 'node:net'
import { readAnswers } from './read-answers.ts'

/** What is said on one connection: the next turn when the answers to the one before are there. */
export interface Dialogue {
  readonly to: { readonly host: string; readonly port: number } | { readonly path: string }
  readonly turns: readonly Turn[]
  /** How long it may take until the last answer. */
  readonly limitMs: number
}

export interface Turn {
  readonly bytes: Buffer
  /** Of the requests in it, one answer each; `HEAD` has no body. */
  readonly methods: readonly string[]
}

export interface Heard {
  readonly bytes: Buffer
  /** How the connection was when all was said; an error in Node's words. */
  readonly end: 'kept' | 'closed' | 'reset' | 'no end' | `cannot connect: ${string}`
  /** Until the last byte that belongs to an answer. */
  readonly seconds: number
}

/**
 * Holds a dialogue. `answered` comes when the next one may begin; `heard` a little later, when the other side has shown
 * whether it keeps the connection. Neither rejects.
 */
export function converse({ to, turns, limitMs }: Dialogue): {
  readonly answered: Promise<void>
  readonly heard: Promise<Heard>
} {
  const startedAt = performance.now()
  const answered = Promise.withResolvers<void>()
  const heard = Promise.withResolvers<Heard>()
  const packets: Buffer[] = []
  const methods: string[] = []
  let next = 0
  let seconds = 0
  const socket = connect(to)
  const finish = (end: Heard['end']) => {
    clearTimeout(limit)
    clearTimeout(linger)
    if (seconds === 0) seconds = (performance.now() - startedAt) / 1000
    socket.destroy()
    answered.resolve()
    heard.resolve({ bytes: Buffer.concat(packets), end, seconds })
  }
  const limit = setTimeout(() => finish('no end'), limitMs)
  let linger: NodeJS.Timeout | undefined
  const look = () => {
    const { answers, areAll } = readAnswers(Buffer.concat(packets), methods, false)
    if (!areAll) return
    if (next < turns.length) return speak()
    seconds = (performance.now() - startedAt) / 1000
    answered.resolve()
    clearTimeout(linger)
    const waitMs = answers.at(-1)?.closes ? CLOSE_LIMIT_MS : KEPT_MS
    linger = setTimeout(() => finish('kept'), waitMs)
  }
  const speak = () => {
    const turn = turns[next]
    next += 1
    if (turn === undefined) return
    methods.push(...turn.methods)
    socket.write(turn.bytes)
  }
  socket.setNoDelay(true)
  socket.on('connect', speak)
  socket.on('data', packet => {
    packets.push(packet)
    look()
  })
  socket.on('end', () => finish('closed'))
  socket.on('close', () => finish('closed'))
  socket.on('error', (error: NodeJS.ErrnoException) => {
    // What was sent after the other side had closed; what it said before is there, and its end follows.
    if (error.code === 'EPIPE') return
    finish(next === 0 ? `cannot connect: ${error.message}` : 'reset')
  })
  return { answered: answered.promise, heard: heard.promise }
}

/** A connection that lives so long after its answer is one that is kept. */
const KEPT_MS = 100
/** One that was said to close has so long to do it. */
const CLOSE_LIMIT_MS = 5_000
