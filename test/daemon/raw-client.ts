import { connect, type NetConnectOpts } from 'node:net'
import { AnswerReader } from '../../src/daemon/http-answer.ts'
import type { NovaAnswer } from '../../src/neutron/metadata-agent/nova-request.ts'

/** Sends bytes as they are, and gives all that comes back until the other side closes. */
export function exchangeBytes(
  where: NetConnectOpts,
  ...parts: (string | Buffer)[]
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = []
    const socket = connect(where, () => {
      for (const part of parts) socket.write(part)
    })
    socket.on('data', chunk => received.push(chunk))
    socket.on('close', () => resolve(Buffer.concat(received)))
    // A test that waits for ever would leave its daemons behind.
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer within 10 s')))
    socket.on('error', error => (received.length > 0 ? undefined : reject(error)))
  })
}

/** Sends a request on a connection of its own; null where it closes without an answer. */
export async function askRaw(
  where: NetConnectOpts,
  request: {
    method?: string
    target: string
    headers: readonly (readonly [string, string])[]
    body?: Buffer
  },
): Promise<NovaAnswer | null> {
  const { method = 'GET', target, headers, body = Buffer.alloc(0) } = request
  const lines = [...headers, ['Connection', 'close']].map(([name, value]) => `${name}: ${value}`)
  const head = `${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
  const bytes = await exchangeBytes(where, Buffer.concat([Buffer.from(head), body]))
  if (bytes.length === 0) return null
  const reader = new AnswerReader(method)
  return (reader.receive(bytes) ?? reader.end(false))?.answer ?? null
}

/** A header of an answer, by any case. */
export function findHeader(answer: NovaAnswer | null, name: string): string | null {
  const header = answer?.headers.find(([key]) => key.toLowerCase() === name.toLowerCase())
  return header?.[1] ?? null
}
