import { chmodSync } from 'node:fs'
import type { TcpNetConnectOpts } from 'node:net'
import { join } from 'node:path'
import type { NovaMetadataConfig } from '../../src/nova/config.ts'
import { signInstanceId } from '../../src/wsgi/sign-instance-id.ts'
import { goldenNovaConfig } from '../golden/cloud.ts'
import { goldenInstance } from '../nova/ask-nova.ts'
import { askRaw } from './raw-client.ts'
import { makeFolder, type RunningDaemon, startDaemon } from './running-daemon.ts'

export interface RunningNova {
  readonly daemon: RunningDaemon
  readonly folder: string
  readonly at: TcpNetConnectOpts
  /** A signed request for alpha: `200 {…}`, or `closed` where there is no answer. */
  get(target: string): Promise<string>
  /** A request with these headers alone, from an address of this machine. */
  ask(target: string, from?: string, headers?: readonly [string, string][]): Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

/** The recorded cloud's nova by itself, with some of its options changed. */
export async function startNova(
  change: (config: NovaMetadataConfig, folder: string) => Partial<NovaMetadataConfig>,
): Promise<RunningNova> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(makeFolder()).path
  chmodSync(folder, 0o755)
  const config = { ...goldenNovaConfig(), metadata_listen_port: 0 }
  const passwordFile = join(folder, 'nova/passwords.json')
  const daemon = stack.use(
    await startDaemon('nova-api-metadata', folder, {
      ...config,
      passwordFile,
      ...change(config, folder),
    }),
  )
  const at = { host: '127.0.0.1', port: Number(daemon.address.split(':').at(-1)) }
  const ask = async (target: string, from?: string, headers: readonly [string, string][] = []) => {
    const where = from === undefined ? at : { ...at, localAddress: from }
    const answer = await askRaw(where, { target, headers })
    return answer === null ? 'closed' : `${answer.status} ${answer.body}`
  }
  const owned = stack.move()
  return {
    daemon,
    folder,
    at,
    get: target => ask(target, undefined, signFor('alpha', config.metadata_proxy_shared_secret)),
    ask,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function signFor(name: string, secret: string): [string, string][] {
  const { uuid, project_id } = goldenInstance(name)
  return [
    ['X-Instance-ID', uuid],
    ['X-Tenant-ID', project_id],
    ['X-Instance-ID-Signature', signInstanceId(secret, uuid)],
  ]
}
