import { createServer, type ListenOptions, type Server } from 'node:net'

/** What came on one connection, one character a byte. */
export type OnRequest = (request: string) => void

/**
 * Stands where the next hop would: takes each connection's request by its length, answers 200 without a body, and
 * closes. The caller closes the server.
 */
export function recordRequests(where: ListenOptions, onRequest: OnRequest): Promise<Server> {
  const server = createServer(socket => {
    let text = ''
    socket.on('data', packet => {
      text += packet.toString('latin1')
      if (!isWhole(text)) return
      onRequest(text)
      socket.end(answer)
    })
    // Its request is what counts.
    socket.on('error', () => socket.destroy())
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, () => resolve(server))
  })
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  const length = Number(/^content-length: *(\d+)/im.exec(text.slice(0, end))?.[1] ?? 0)
  return end >= 0 && text.length >= end + 4 + length
}

const answer =
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
