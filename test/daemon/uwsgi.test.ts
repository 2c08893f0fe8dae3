import test from 'ava'
import { startCloud } from './cloud.ts'
import { exchangeBytes } from './raw-client.ts'

test('nova on its own port answers as uwsgi does with Debian’s options', async t => {
  await using cloud = await startCloud('zed')
  const ask = async (head: string) => `${await exchangeBytes(cloud.novaAt, `${head}\r\n\r\n`)}`
  t.is(
    await ask('HEAD / HTTP/1.0'),
    'HTTP/1.0 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n',
  )
  t.is(await ask('HEAD /healthcheck HTTP/1.1'), 'HTTP/1.1 204 No Content\r\n\r\n')
  t.is(await ask('GET openstack HTTP/1.1'), '')
  const listing = await ask('GET / HTTP/1.1')
  t.regex(listing, /^HTTP\/1.1 200 OK\r\nContent-Type: text\/plain; charset=UTF-8\r\n\r\n1\.0\n/)
})

test('a client that asks nova to keep the connection is told the length', async t => {
  await using cloud = await startCloud('zed')
  const request = 'GET / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n'
  const both = `${await exchangeBytes(cloud.novaAt, request + request.replace('keep-alive', 'close'))}`
  t.is(both.match(/Content-Length: 98\r\n/g)?.length, 1)
  t.is(both.match(/HTTP\/1\.1 200 OK/g)?.length, 2)
})

test('nova closes first after what the agent asks on a connection of its own, so that the agent’s ports last', async t => {
  await using cloud = await startCloud('zed')
  for (const request of [
    'HEAD / HTTP/1.1',
    'DELETE / HTTP/1.1',
    'POST / HTTP/1.1\r\nContent-Length: 1',
  ]) {
    const body = request.startsWith('POST') ? 'x' : ''
    // exchangeBytes waits for the other side to close.
    const bytes = await exchangeBytes(
      cloud.novaAt,
      `${request}\r\nConnection: keep-alive\r\n\r\n${body}`,
    )
    t.regex(`${bytes}`, /^HTTP\/1.1 200 OK\r\nContent-Type: text\/plain; charset=UTF-8\r\n\r\n/)
  }
})
