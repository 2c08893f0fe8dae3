import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'

const networkId = 'a0000000-0000-4000-8000-00000000000a'

export interface RunningProxy extends AsyncDisposable {
  readonly pid: number
  readonly port: number
  readonly pidFile: string
  /** Sends bytes, and that no more will come; gives what comes back until the proxy closes. */
  readonly exchange: (text: string) => Promise<string>
  readonly output: () => string
  /** Ends it and gives its exit code. */
  readonly stop: () => Promise<number | null>
}

/** neutron-ns-metadata-proxy for a network on a free port, with the agent's socket `metadata_proxy` in a folder. */
export async function startProxy(folder: string): Promise<RunningProxy> {
  const id = process.getuid?.() === 0 ? [65_534, 65_534] : [process.getuid?.(), process.getgid?.()]
  const pidFile = join(folder, 'run', `${networkId}.pid`)
  mkdirSync(join(folder, 'run'), { recursive: true })
  const child = spawnProxy(
    `--pid_file=${pidFile}`,
    `--metadata_proxy_socket=${join(folder, 'metadata_proxy')}`,
    `--network_id=${networkId}`,
    `--state_path=${folder}`,
    '--metadata_port=0',
    `--metadata_proxy_user=${id[0]}`,
    `--metadata_proxy_group=${id[1]}`,
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      output += chunk
    })
  }
  const exited = once(child, 'close')
  while (!output.includes(' serving on ') && child.exitCode === null) {
    await Promise.race([once(child.stdout, 'data'), exited])
  }
  const port = Number(/ serving on http:\/\/0\.0\.0\.0:(\d+)/.exec(output)?.[1])
  const stop = async () => {
    child.kill()
    await exited
    return child.exitCode
  }
  return {
    pid: child.pid ?? 0,
    port,
    pidFile,
    exchange: text => exchange(port, text),
    output: () => output,
    stop,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) await stop()
    },
  }
}

/** The program with these arguments; gives what it says when it ends by itself. */
export async function runProxyToExit(
  ...args: string[]
): Promise<{ code: number | null; stderr: string }> {
  const child = spawnProxy(...args)
  let stderr = ''
  child.stderr.on('data', chunk => {
    stderr += chunk
  })
  await once(child, 'close')
  return { code: child.exitCode, stderr }
}

function spawnProxy(...args: string[]) {
  const entry = new URL('../../src/daemon/neutron-ns-metadata-proxy.ts', import.meta.url).pathname
  return spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
}

async function exchange(port: number, text: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.end(Buffer.from(text, 'latin1'))
  socket.setTimeout(10_000, () => socket.destroy(new Error('no answer within 10 s')))
  const received: Buffer[] = []
  for await (const packet of socket) received.push(packet)
  return Buffer.concat(received).toString('latin1')
}

export interface RecordingAgent extends AsyncDisposable {
  /** Requests as they came. */
  readonly asked: string[]
  /** What each gets, after which the connection ends. */
  reply: string
}

/** An agent's socket that answers as was recorded. */
export async function startRecordingAgent(path: string): Promise<RecordingAgent> {
  const agent = { asked: [] as string[], reply: '' }
  const server = createServer(socket => {
    let text = ''
    socket.on('data', chunk => {
      text += chunk.toString('latin1')
      const bodySize = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
      const headEnd = text.indexOf('\r\n\r\n')
      if (headEnd < 0 || text.length < headEnd + 4 + bodySize) return
      agent.asked.push(text)
      socket.end(Buffer.from(agent.reply, 'latin1'))
    })
    socket.on('error', () => socket.destroy())
  })
  server.listen(path)
  await once(server, 'listening')
  return Object.assign(agent, {
    async [Symbol.asyncDispose]() {
      server.close()
    },
  })
}
