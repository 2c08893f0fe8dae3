import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { environmentOf } from '../../src/linux/environment-of.ts'
import { recordRequests } from './record-requests.ts'

/** A second process of the lab's, beside its own, whose next hop is a recorder. */
export interface StandIn extends AsyncDisposable {
  /** The next request that the recorder gets; rejects with the process's words when that has ended. */
  nextRequest(): Promise<string>
}

/** What is started, and in which namespace of which lab. */
interface Place {
  readonly lab: string
  readonly namespace: string
}

/** The lab's own haproxy configuration, listening on another port, before a recorder. Needs root. */
export async function startHaproxy(
  place: Place,
  { configPath, port }: { readonly configPath: string; readonly port: number },
): Promise<StandIn> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(makeFolder()).path
  const path = join(folder, 'metadata_proxy')
  const requests = makeQueue()
  const server = await recordRequests({ path }, requests.add)
  stack.defer(() => void server.close())
  // haproxy gives up root before it connects.
  chmodSync(path, 0o666)
  const config = readFileSync(configPath, 'utf8')
    .replace(/^( *bind \S*:)\d+/gm, `$1${port}`)
    .replace(/^( *server metadata) .*/m, `$1 ${path}`)
    .replace(/^( *pidfile) .*/m, `$1 ${folder}/pid`)
  const file = join(folder, 'haproxy.conf')
  writeFileSync(file, config)
  stack.use(start(place, ['haproxy', '-q', '-db', '-f', file], requests.fail))
  return { nextRequest: requests.next, [Symbol.asyncDispose]: disposeLater(stack) }
}

/** The lab's own agent on another socket, before a recorder where the recorded nova was. Needs root. */
export async function startAgent(
  place: Place,
  {
    configPath,
    nova,
  }: { readonly configPath: string; readonly nova: { host: string; port: number } },
): Promise<StandIn & { readonly path: string }> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(makeFolder()).path
  const requests = makeQueue()
  const listener = stack.use(
    start(place, node('listen.ts', nova.host, `${nova.port}`), requests.fail),
  )
  await readJson(listener, requests.add)
  const path = join(folder, 'metadata_proxy')
  const config = {
    ...JSON.parse(readFileSync(configPath, 'utf8')),
    metadata_proxy_socket: path,
    nova_metadata_host: nova.host,
    nova_metadata_port: nova.port,
    pidFile: join(folder, 'run/agent.pid'),
  }
  const file = join(folder, 'agent.json')
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 })
  const agent = node('../../src/daemon/neutron-metadata-agent.ts', '--config', file)
  stack.use(start(place, agent, requests.fail))
  return { path, nextRequest: requests.next, [Symbol.asyncDispose]: disposeLater(stack) }
}

function node(script: string, ...args: string[]): string[] {
  return [process.execPath, join(import.meta.dirname, script), ...args]
}

function makeFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'lab-conformance-'))
  chmodSync(path, 0o755)
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

interface Started extends AsyncDisposable {
  readonly child: ChildProcess
}

function start(
  { lab, namespace }: Place,
  argv: readonly string[],
  onEnd: (reason: Error) => void,
): Started {
  const child = spawn('nsenter', [`--net=/run/netns/${namespace}`, '--', ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environmentOf(lab),
  })
  let said = ''
  child.stderr?.on('data', chunk => {
    said += chunk
  })
  child.stdout?.resume()
  const closed = once(child, 'close').then(() => onEnd(new Error(`${argv.join(' ')}: ${said}`)))
  return {
    child,
    async [Symbol.asyncDispose]() {
      child.kill()
      await closed
    },
  }
}

/** Gives each line but the first, for which it waits. */
async function readJson({ child }: Started, onValue: (value: string) => void): Promise<void> {
  if (child.stdout === null) return
  const lines = createInterface({ input: child.stdout })
  await once(lines, 'line')
  lines.on('line', line => onValue(String(JSON.parse(line))))
}

/** Requests in the order in which they came. */
function makeQueue() {
  const came: string[] = []
  const waiting: PromiseWithResolvers<string>[] = []
  let failure: Error | undefined
  return {
    add(request: string) {
      const first = waiting.shift()
      if (first === undefined) came.push(request)
      else first.resolve(request)
    },
    fail(reason: Error) {
      failure = reason
      for (const one of waiting.splice(0)) one.reject(reason)
    },
    async next(): Promise<string> {
      const first = came.shift()
      if (first !== undefined) return first
      if (failure !== undefined) throw failure
      const one = Promise.withResolvers<string>()
      waiting.push(one)
      return await one.promise
    },
  }
}

function disposeLater(stack: AsyncDisposableStack): () => Promise<void> {
  const owned = stack.move()
  return () => owned.disposeAsync()
}
