import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { environmentOf } from '../../src/linux/environment-of.ts'
import { converse, type Dialogue, type Heard } from './converse.ts'
import { readReport, writeOrder } from './talk-protocol.ts'

/** Someone who holds dialogues from where he stands. */
export interface Talker {
  readonly converse: typeof converse
}

/** One process for each network namespace of a lab from which something is sent, started when first asked for. */
export class Talkers implements AsyncDisposable {
  readonly #lab: string
  readonly #talkers = new Map<string, NamespaceTalker>()

  constructor(lab: string) {
    this.#lab = lab
  }

  /** The machine's own namespace, for UNIX sockets, which are in none. */
  readonly here: Talker = { converse }

  at(namespace: string): Talker {
    const talker = this.#talkers.get(namespace) ?? new NamespaceTalker(namespace, this.#lab)
    this.#talkers.set(namespace, talker)
    return talker
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#talkers.values()].map(talker => talker.end()))
  }
}

interface Pending {
  readonly answered: PromiseWithResolvers<void>
  readonly heard: PromiseWithResolvers<Heard>
}

class NamespaceTalker implements Talker {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  readonly #pending = new Map<number, Pending>()
  #lastId = 0

  constructor(namespace: string, lab: string) {
    const script = join(import.meta.dirname, 'talk.ts')
    this.#child = spawn(
      'nsenter',
      [`--net=/run/netns/${namespace}`, '--', process.execPath, script],
      { stdio: ['pipe', 'pipe', 'inherit'], env: environmentOf(lab) },
    )
    this.#ended = once(this.#child, 'close').then(() => this.#giveUp(namespace))
    // What it could not be told is known by its end.
    this.#child.stdin?.on('error', () => undefined)
    if (this.#child.stdout === null) return
    createInterface({ input: this.#child.stdout }).on('line', line => this.#note(line))
  }

  converse(dialogue: Dialogue) {
    this.#lastId += 1
    const pending = {
      answered: Promise.withResolvers<void>(),
      heard: Promise.withResolvers<Heard>(),
    }
    this.#pending.set(this.#lastId, pending)
    this.#child.stdin?.write(writeOrder({ id: this.#lastId, dialogue }))
    return { answered: pending.answered.promise, heard: pending.heard.promise }
  }

  async end(): Promise<void> {
    this.#child.stdin?.end()
    this.#child.kill()
    await this.#ended
  }

  #note(line: string): void {
    const { id, heard } = readReport(line)
    this.#pending.get(id)?.answered.resolve()
    if (heard === null) return
    this.#pending.get(id)?.heard.resolve(heard)
    this.#pending.delete(id)
  }

  /** Nobody waits for ever for a process that is gone. */
  #giveUp(namespace: string): void {
    const end = `cannot connect: the process in ${namespace} has ended` as const
    for (const { answered, heard } of this.#pending.values()) {
      answered.resolve()
      heard.resolve({ bytes: Buffer.alloc(0), end, seconds: 0 })
    }
    this.#pending.clear()
  }
}
