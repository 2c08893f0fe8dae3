import { chmodSync } from 'node:fs'
import type { IpcNetConnectOpts, TcpNetConnectOpts } from 'node:net'
import { join } from 'node:path'
import type { ReleaseName } from '../../src/topology/release-names.ts'
import { goldenAgentConfig, goldenNovaConfig } from '../golden/cloud.ts'
import { makeFolder, type RunningDaemon, startDaemon } from './running-daemon.ts'

export interface RunningCloud {
  readonly nova: RunningDaemon
  readonly agent: RunningDaemon
  readonly novaAt: TcpNetConnectOpts
  readonly agentAt: IpcNetConnectOpts
  readonly folder: string
  [Symbol.asyncDispose](): Promise<void>
}

/** The recorded cloud behind the two real daemons, the agent of the given release. */
export async function startCloud(
  release: ReleaseName,
  agentOptions: object = {},
): Promise<RunningCloud> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(makeFolder()).path
  chmodSync(folder, 0o755)
  const nova = stack.use(
    await startDaemon('nova-api-metadata', folder, {
      ...goldenNovaConfig(),
      metadata_listen_port: 0,
      passwordFile: join(folder, 'nova/passwords.json'),
    }),
  )
  const port = Number(nova.address.split(':').at(-1))
  const path = join(folder, 'metadata_proxy')
  const agent = stack.use(
    await startDaemon('neutron-metadata-agent', folder, {
      ...goldenAgentConfig(),
      release,
      metadata_proxy_socket: path,
      nova_metadata_port: port,
      ...agentOptions,
    }),
  )
  const owned = stack.move()
  const novaAt = { host: '127.0.0.1', port }
  return {
    nova,
    agent,
    novaAt,
    agentAt: { path },
    folder,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
