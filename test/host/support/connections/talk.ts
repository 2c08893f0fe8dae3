import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

/** What is talked, and to whom. */
export interface TalkWish {
  readonly by: 'http' | 'tcp' | 'udp'
  readonly host: string
  readonly port: number
}

/**
 * One connection, opened once: for each line of stdin it says something on it and prints the first line of what comes
 * back, or `closed`.
 */
function talk({ by, host, port }: TalkWish): void {
  const send = by === 'udp' ? overUdp(host, port) : overTcp(host, port)
  const request = `GET /openstack HTTP/1.1\r\nHost: ${host}\r\n\r\n`
  createInterface({ input: process.stdin })
    .on('line', line => send(by === 'http' ? request : `${line}\n`))
    .on('close', () => process.exit())
}

function overTcp(host: string, port: number): (text: string) => unknown {
  const socket = connect({ host, port })
  socket.on('data', tell)
  socket.on('error', () => undefined)
  socket.on('close', () => tell('closed'))
  return text => (socket.destroyed ? tell('closed') : socket.write(text))
}

function overUdp(host: string, port: number): (text: string) => unknown {
  const socket = createSocket('udp4')
  socket.on('message', tell)
  return text => socket.send(text, port, host)
}

function tell(received: Buffer | string): void {
  const [line = ''] = String(received).split(/\r?\n/)
  process.stdout.write(`${line}\n`)
}

talk(JSON.parse(process.argv[2] ?? ''))
