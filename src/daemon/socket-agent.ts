import { isUtf8 } from 'node:buffer'
import type { Socket } from 'node:net'
import { readSocketTarget } from '../neutron/metadata-agent/read-target.ts'
import {
  explainNoInstance,
  writeNoInstance,
  writeSocketAnswer,
} from '../neutron/metadata-agent/socket-server.ts'
import { foldWebObHeaders } from '../wsgi/headers.ts'
import type { Framing } from './http-body.ts'
import type { HttpRequest } from './http-connection.ts'
import { formatAccess } from './http-log.ts'
import { MalformedRequest, readRequestHead } from './http-request.ts'
import { type KnownHead, KnownHeads } from './known-heads.ts'
import { prepareNovaRequest } from './prepare-nova-request.ts'
import { unpackWhole } from './unpack-body.ts'
import { type AgentContext, forbidden } from './wsgi-agent.ts'

/**
 * Serves a connection as the socket-server agent (from 2025.1) does: what one recv of 4096 bytes brings is the
 * whole request, and after one answer, or none, the connection closes. The original waits for ever for a peer that is
 * silent; here one that has had its time, which is haproxy's own, is cut off.
 */
export function serveAsSocketAgent(
  socket: Socket,
  context: AgentContext,
  patienceMs = proxyPatienceMs,
): { stop(): void } {
  let busy = false
  let isAnswered = false
  socket.setTimeout(patienceMs, () => (busy && !isAnswered ? undefined : socket.destroy()))
  const receive = () => {
    const all: Buffer | null = busy ? null : socket.read()
    if (all === null) return
    busy = true
    void answer(all.subarray(0, recvBytes), context).then(answered => {
      isAnswered = true
      // It would keep what still comes, the end included, from being read.
      socket.off('readable', receive)
      close(socket, answered)
    })
  }
  socket.on('readable', receive)
  socket.on('end', () => {
    if (!busy) socket.end()
  })
  // A peer that resets its connection has no further interest.
  socket.on('error', () => socket.destroy())
  return { stop: () => (busy ? undefined : socket.destroy()) }
}

interface Answered {
  /** Undefined where the connection just closes. */
  readonly bytes: Uint8Array | undefined
  /** The peer may still be sending. */
  readonly mayGoOn: boolean
}

/** haproxy reads the answer and the end together, where nothing of its own is lost by that. */
function close(socket: Socket, { bytes, mayGoOn }: Answered): void {
  if (bytes !== undefined) socket.write(bytes)
  const isWritten = socket.writableLength === 0
  if (isWritten && !mayGoOn) socket.destroy()
  else socket.end()
  // What the peer still sends is not read by anyone, as after the original's close().
  socket.resume()
}

async function answer(received: Buffer, context: AgentContext): Promise<Answered> {
  const startedMs = performance.now()
  try {
    const request = readRequest(received)
    const bytes = await askNova(request, context)
    const status = bytes ? Number(Buffer.from(bytes.subarray(9, 12)).toString()) : 0
    context.log.info(logName, formatAccess(request, status, bytes?.length ?? 0, startedMs))
    return { bytes, mayGoOn: hasBody(request) }
  } catch (error) {
    context.log.error(logName, `Error while receiving data. ${error}`)
    return { bytes: undefined, mayGoOn: true }
  }
}

function hasBody({ headers, body }: HttpRequest): boolean {
  return body.length > 0 || headers.has('content-length') || headers.has('transfer-encoding')
}

async function askNova(
  request: HttpRequest,
  context: AgentContext,
): Promise<Uint8Array | undefined> {
  const { config, nova, log } = context
  const target = readSocketTarget(request.target)
  if (target === undefined) throw new MalformedRequest(`target ${request.target}`)
  const prepared = prepareNovaRequest({ ...request, ...target }, context)
  if (prepared.kind === 'none' && prepared.logs !== undefined)
    log[prepared.logs.level]('neutron.agent.ovn.metadata.server_socket', prepared.logs.text)
  if (prepared.kind === 'none' || prepared.kind === 'both') {
    log.warning(logName, explainNoInstance(prepared))
    return writeNoInstance(prepared)
  }
  if (prepared.kind === 'unreadable') throw new MalformedRequest(`target ${request.target}`)
  const outcome = await nova.ask(prepared.novaRequest)
  if (outcome.kind === 'answer' && outcome.answer.status === 403) log.warning(logName, forbidden)
  if (outcome.kind !== 'answer') log.warning(logName, outcome.reason)
  return writeSocketAnswer(outcome, request.version, config.release, unpackWhole)
}

/** Nothing but UTF-8 comes past the log's debug line, which decodes all that was received. */
function readRequest(received: Buffer): HttpRequest {
  if (!isUtf8(received)) throw new MalformedRequest('it is not UTF-8')
  const { head, headers, framing } = knownHeads.find(received) ?? readNewHead(received)
  const { method, target, version } = head
  const body = received.subarray(head.sizeBytes, head.sizeBytes + readLength(framing))
  return { method, target, version, headers, body, peer: '' }
}

/** A length that is none, or a negative one, counts for all that there is. */
function readLength({ length = '' }: Framing): number {
  return /^\d+$/.test(length) ? Number(length) : Number.POSITIVE_INFINITY
}

function readNewHead(received: Buffer): KnownHead {
  const head = readRequestHead(received)
  if (head === undefined) throw new MalformedRequest('the head does not fit into 4096 bytes')
  return knownHeads.learn(received, head)
}

const knownHeads = new KnownHeads(foldWebObHeaders)
/** `timeout server` of haproxy. */
const proxyPatienceMs = 32_000
const recvBytes = 4096
const logName = 'neutron.common.metadata'
