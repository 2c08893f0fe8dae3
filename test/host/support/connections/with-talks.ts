import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import type { TalkWish } from './talk.ts'

/** Says something on a connection that stays open, and gives the first line of the answer. */
export type Talk = () => Promise<string>

/** While the body runs, processes in namespaces hold a connection each. */
export async function withTalks(
  wishes: readonly (TalkWish & { readonly namespace: string })[],
  body: (talks: readonly Talk[]) => Promise<void>,
): Promise<void> {
  const talkers = wishes.map(({ namespace, ...wish }) =>
    execa('ip', ['netns', 'exec', namespace, process.execPath, program, JSON.stringify(wish)], {
      stdin: 'pipe',
      timeout: 240_000,
      buffer: false,
    }),
  )
  const talks = talkers.map(({ stdin, stdout }): Talk => {
    const lines = createInterface({ input: stdout })
    return async () => {
      stdin.write('hello\n')
      const [line] = await once(lines, 'line', { signal: AbortSignal.timeout(10_000) })
      return String(line)
    }
  })
  try {
    await body(talks)
  } finally {
    for (const { stdin } of talkers) stdin.end()
    await Promise.all(talkers)
  }
}

const program = join(import.meta.dirname, 'talk.ts')

/** Answers with what it is told, by TCP and by UDP. */
export const echo = `
require('node:net').createServer(socket => socket.on('error', () => 0).pipe(socket)).listen(9, '0.0.0.0')
const udp = require('node:dgram').createSocket('udp4')
udp.on('message', (text, { port, address }) => udp.send(text, port, address))
udp.bind(9)`
