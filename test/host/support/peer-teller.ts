import { execa } from 'execa'
import { waitFor } from './lab.ts'
import { listenersIn } from './namespace.ts'

/** While the body runs, an HTTP server in a namespace answers everybody with the address that it sees, at port 8080. */
export async function withPeerTeller(namespace: string, body: () => Promise<void>): Promise<void> {
  const argv = ['netns', 'exec', namespace, process.execPath, '-e', TELL_PEER]
  const server = execa('ip', argv, { reject: false })
  try {
    await waitFor('the listener', async () =>
      (await listenersIn(namespace)).some(listener => listener.includes(':8080 ')),
    )
    await body()
  } finally {
    server.kill('SIGKILL')
    await server
  }
}

const TELL_PEER = `require('node:http').createServer((request, response) =>
  response.end(request.socket.remoteAddress)).listen(8080, '0.0.0.0')`
