import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer, type Server, type Socket } from 'node:net'
import { hostname, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

export interface FakeEngine extends AsyncDisposable {
  readonly host: string
}

export interface Says {
  readonly headers?: Readonly<Record<string, string>>
  /** Of /info; text is sent as it is. */
  readonly info?: Readonly<Record<string, unknown>> | string
  readonly status?: number
  readonly delayMs?: number
  /** Of /info alone. */
  readonly infoDelayMs?: number
  /** On a port of the loopback instead. */
  readonly tcp?: boolean
  /** By HTTPS, and only for those whom its authority knows. */
  readonly tls?: { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer }
}

/** An engine on a UNIX socket that says of itself what it is told to, and is of this machine and age otherwise. */
export async function fakeEngine(says: Says = {}): Promise<FakeEngine> {
  const { headers, info, status = 200, delayMs = 0, infoDelayMs = 0 } = says
  const body = typeof info === 'string' ? info : JSON.stringify({ ...INFO, ...info })
  const answer: RequestListener = async (request, response) => {
    const isPing = request.url === '/_ping'
    const ended = new AbortController()
    response.on('close', () => ended.abort())
    await setTimeout(isPing ? delayMs : delayMs + infoDelayMs, null, ended).catch(() => undefined)
    if (!isPing) return response.writeHead(status).end(body)
    return response.writeHead(200, { 'Api-Version': '1.41', ...headers }).end('OK')
  }
  const server =
    says.tls === undefined
      ? createHttpServer(answer)
      : createHttpsServer({ ...says.tls, requestCert: true }, answer)
  return await listen(server, says.tcp)
}

const INFO = {
  Name: hostname(),
  KernelVersion: release(),
  OperatingSystem: 'Debian GNU/Linux 12 (bookworm)',
  OSType: 'linux',
  Architecture: process.arch === 'x64' ? 'x86_64' : 'aarch64',
  ServerVersion: '20.10.24',
  SecurityOptions: ['name=seccomp,profile=default'],
}

/** A UNIX socket on which somebody else listens, who does this with those who come. */
export async function fakeStranger(receive: (socket: Socket) => void): Promise<FakeEngine> {
  return await listen(createServer(receive))
}

async function listen(server: Server, tcp = false): Promise<FakeEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'lab-engine-'))
  const sockets = new Set<Socket>()
  server.on('connection', socket => sockets.add(socket))
  const path = `${folder}/engine.sock`
  if (tcp) server.listen(0)
  else server.listen(path)
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    host: tcp ? `tcp://127.0.0.1:${port}` : `unix://${path}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
