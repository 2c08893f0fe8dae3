import { connect, type Socket } from 'node:net'
import type { AgentRequest } from '../neutron/ns-metadata-proxy/agent-request.ts'
import type { AgentAnswer } from '../neutron/ns-metadata-proxy/answer-guest.ts'
import { findHeader } from '../wsgi/find-header.ts'
import { AnswerReader, type ReadAnswer } from './http-answer.ts'
import { writeRequest } from './write-request.ts'

/** The proxy's way to the agent. */
export interface AgentClient {
  /**
   * Asks on a connection of its own, as httplib2 does: for as long as it takes, once more where the answer is none, and
   * with the content unpacked. Rejects with what was in the way.
   */
  ask(request: AgentRequest): Promise<AgentAnswer>
  /** Ends what is asked; each rejects. */
  close(): void
}

/** A client for the agent behind a UNIX socket. */
export function createAgentClient(path: string): AgentClient {
  const sockets = new Set<Socket>()
  const open = () => {
    const socket = connect(path)
    sockets.add(socket)
    return socket.on('close', () => sockets.delete(socket))
  }
  return {
    async ask(request) {
      const bytes = writeRequest(request)
      try {
        return unpack(await exchange(open(), bytes, request.method))
      } catch (error) {
        if (!(error instanceof BadStatusLine)) throw error
        return unpack(await exchange(open(), bytes, request.method))
      }
    },
    close() {
      for (const socket of sockets) socket.destroy(new Error('the proxy ends'))
    },
  }
}

/** The connection ended before an answer began, or with something that is none. */
class BadStatusLine extends Error {
  override readonly name = 'BadStatusLine'
}

function exchange(socket: Socket, bytes: Buffer, method: string): Promise<AgentAnswer> {
  return new Promise((resolve, reject) => {
    const reader = new AnswerReader(method)
    const settle = (next: () => ReadAnswer | undefined) => {
      try {
        const read = next()
        if (read === undefined) return
        if (read.broken === null) resolve(read.answer)
        else reject(new Error('the agent has closed within an answer'))
      } catch (error) {
        reject(new BadStatusLine(String(error)))
      }
      socket.destroy()
    }
    socket.on('data', packet => settle(() => reader.receive(packet)))
    socket.on('end', () => settle(() => reader.end(false)))
    socket.on('error', reject)
    // Where it is settled by now, this is nothing.
    socket.on('close', () => reject(new BadStatusLine('the agent has closed without an answer')))
    socket.write(bytes)
  })
}

function unpack({ status, headers, body }: AgentAnswer): AgentAnswer {
  const encoding = findHeader(headers, 'content-encoding')
  if (body.length === 0 || (encoding !== 'gzip' && encoding !== 'deflate')) {
    return { status, headers, body }
  }
  const { gunzipSync, inflateRawSync } = process.getBuiltinModule('node:zlib')
  return { status, headers, body: encoding === 'gzip' ? gunzipSync(body) : inflateRawSync(body) }
}
