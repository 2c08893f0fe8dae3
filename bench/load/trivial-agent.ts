import { chmodSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import process from 'node:process'

/** `trivial-agent.ts SOCKET BODY`: one answer to everything, unread; what an agent in Node.js costs that does nothing. */
const [, , path = '', bodyFile = ''] = process.argv
const body = readFileSync(bodyFile)
const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
const answer = Buffer.concat([Buffer.from(head), body])
const server = createServer({ allowHalfOpen: true }, socket => {
  socket.once('data', () => socket.end(answer))
  socket.on('error', () => socket.destroy())
})
server.listen({ path, backlog: 4096 }, () => chmodSync(path, 0o666))
