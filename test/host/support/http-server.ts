import { execa } from 'execa'
import { waitFor } from './lab.ts'
import { listenersIn } from './namespace.ts'

/** While the body runs, a namespace has an HTTP server at port 8080; `answer` is a handler of node:http, as source. */
export async function withHttpServer(
  namespace: string,
  answer: string,
  body: () => Promise<void>,
): Promise<void> {
  const source = `require('node:http').createServer(${answer}).listen(8080, '0.0.0.0')`
  const argv = ['netns', 'exec', namespace, process.execPath, '-e', source]
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

/** Answers everybody with the address that it sees. */
export const tellPeer = '(request, response) => response.end(request.socket.remoteAddress)'
