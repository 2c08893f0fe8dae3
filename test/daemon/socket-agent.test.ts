import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import test from 'ava'
import { createNovaClient } from '../../src/daemon/nova-client.ts'
import { serveAsSocketAgent } from '../../src/daemon/socket-agent.ts'
import { indexPorts } from '../../src/neutron/metadata-agent/port-index.ts'
import { goldenAgentConfig } from '../golden/cloud.ts'
import { makeFolder } from './running-daemon.ts'

const leaves = test.macro({
  title: (_, what: string) => `a connection is over when its peer goes away after ${what}`,
  async exec(t, _what: string, sent: string) {
    using folder = makeFolder()
    const path = join(folder.path, 'metadata_proxy')
    const server = createServer({ allowHalfOpen: true }).listen(path)
    await once(server, 'listening')
    const accepted = once(server, 'connection')
    const peer = connect({ path, allowHalfOpen: true })
    const [socket]: Socket[] = await accepted
    if (socket === undefined) return t.fail()
    serveAsSocketAgent(socket, contextOf())
    peer.write(sent)
    peer.resume()
    await once(peer, 'end')
    peer.write('more')
    const isOver = once(socket, 'close', { signal: AbortSignal.timeout(5000) })
    peer.destroy()
    await t.notThrowsAsync(isOver)
    server.close()
  },
})

test(leaves, 'half a head', 'GET / HTTP/1.1\r\nX-Slow: ')
test(
  leaves,
  'a part of a body',
  'POST / HTTP/1.1\r\nX-Forwarded-For: 192.0.2.1\r\nX-Neutron-Network-ID: none\r\nContent-Length: 9\r\n\r\nx',
)

function contextOf() {
  const config = { ...goldenAgentConfig(), release: '2026.1', ports: [] } as const
  const nova = createNovaClient(config)
  return { config, ports: indexPorts(config.ports), nova, log: silentLog }
}

const ignore = () => undefined
const silentLog = { info: ignore, warning: ignore, error: ignore, flush: ignore }
