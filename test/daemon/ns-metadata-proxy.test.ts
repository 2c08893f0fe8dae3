import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import test from 'ava'
import { makeFolder } from './running-daemon.ts'
import { runProxyToExit, startProxy, startRecordingAgent } from './running-proxy.ts'

interface Recorded {
  readonly name: string
  readonly guest: string
  readonly agent: string
  readonly asked: readonly string[]
  readonly answer: string
}

const file = new URL('../fixtures/neutron-recorded/ns-metadata-proxy.json', import.meta.url)
const recorded: readonly Recorded[] = JSON.parse(readFileSync(file, 'utf8'))

const folder = makeFolder()
chmodSync(folder.path, 0o755)
const socketPath = join(folder.path, 'metadata_proxy')
const agent = await startRecordingAgent(socketPath)
chmodSync(socketPath, 0o777)
const proxy = await startProxy(folder.path)
test.after.always(async () => {
  await proxy[Symbol.asyncDispose]()
  await agent[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const ok = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nalpha'

for (const { name, guest, agent: reply, asked, answer } of recorded) {
  test.serial(`as recorded: ${name}`, async t => {
    agent.asked.length = 0
    agent.reply = reply
    const got = await proxy.exchange(guest.replace('<8200 a>', 'a'.repeat(8200)))
    t.is(got.replaceAll(/Date: [^\r]*/g, 'Date: D'), answer)
    t.deepEqual(agent.asked, asked)
  })
}

test.serial('a path that would write a header is escaped', async t => {
  agent.asked.length = 0
  agent.reply = ok
  await proxy.exchange('GET /a%0d%0aX-Forwarded-For:%2010.0.0.1 HTTP/1.1\r\n\r\n')
  t.regex(agent.asked[0] ?? '', /^GET \/a%0D%0AX-Forwarded-For:%2010\.0\.0\.1 HTTP\/1\.1\r\n/)
})

const smuggles = test.macro({
  title: (_, name: string) => `the agent is asked in the proxy's own words, ${name}`,
  async exec(t, _: string, bytes: string) {
    agent.asked.length = 0
    agent.reply = ok
    await proxy.exchange(bytes)
    const own = [
      'Host: 169.254.169.254',
      'Content-Length: N',
      'x-forwarded-for: 127.0.0.1',
      'x-neutron-network-id: a0000000-0000-4000-8000-00000000000a',
      'user-agent: Python-httplib2/0.9.2 (gzip)',
      'accept-encoding: gzip, deflate',
    ]
    for (const asked of agent.asked) {
      const [, ...headers] = asked.replace(/^(Content-Length): \d+/m, '$1: N').split('\r\n')
      t.deepEqual(headers.slice(0, headers.indexOf('')), own)
    }
    t.notRegex(agent.asked.map(asked => asked.split('\r\n\r\n')[0]).join(), /10\.9\.9\.9/)
  },
})

const forged = 'GET /x HTTP/1.1\r\nX-Forwarded-For: 10.9.9.9\r\nX-Neutron-Router-ID: x\r\n\r\n'
test.serial(
  smuggles,
  'whatever a second request behind a chunked body says',
  `POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${forged}`,
)
test.serial(
  smuggles,
  'with a request as the body',
  `POST / HTTP/1.1\r\nContent-Length: ${forged.length}\r\n\r\n${forged}`,
)
test.serial(
  smuggles,
  'with two lengths',
  `POST / HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: ${forged.length}\r\n\r\n${forged}`,
)
test.serial(
  smuggles,
  'with folded, underscored and oddly cased headers',
  'GET / HTTP/1.1\r\nX: y\r\n X-Forwarded-For: 10.9.9.9\r\nx_forwarded_FOR: 10.9.9.9\r\nX-NEUTRON-network-id:x\r\n\r\n',
)
test.serial(
  smuggles,
  'with a carriage return in a value',
  'GET / HTTP/1.1\r\nA: b\rX-Forwarded-For: 10.9.9.9\r\n\r\n',
)

test.serial('a body of a megabyte comes back whole', async t => {
  const body = 'x'.repeat(2 ** 20)
  agent.reply = `HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  const got = await proxy.exchange('GET / HTTP/1.1\r\nConnection: close\r\n\r\n')
  t.is(got.split('\r\n\r\n')[1], body)
})

test.serial('two thousand idle and slow connections do not stop another', async t => {
  agent.reply = ok
  const open = new Set<Socket>()
  for (let count = 0; count < 2000; count++) {
    const socket = connect({ port: proxy.port, host: '127.0.0.1' })
    await once(socket, 'connect')
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => socket.destroy())
    if (count % 2 === 0) socket.write('GET / HTTP/1.1\r\nX-Slow: ')
  }
  t.regex(await proxy.exchange('GET / HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 200 OK\r\n[\s\S]*alpha$/)
  t.true(open.size <= 1000, `${open.size} are open`)
  for (const socket of open) socket.destroy()
})

test.serial('it runs without root under the arguments that it was given', t => {
  const status = readFileSync(`/proc/${proxy.pid}/status`, 'utf8')
  const uid = process.getuid?.() === 0 ? 65_534 : process.getuid?.()
  t.regex(status, new RegExp(`^Uid:\\t${uid}\\t${uid}\\t${uid}\\t${uid}$`, 'm'))
  const [name, first] = readFileSync(`/proc/${proxy.pid}/cmdline`, 'utf8').split(/[\0 ]/)
  t.deepEqual([name, first], ['neutron-ns-metadata-proxy', `--pid_file=${proxy.pidFile}`])
  t.is(readFileSync(proxy.pidFile, 'utf8').trim(), String(proxy.pid))
})

test.serial('it logs each request as eventlet does, and why one has failed', async t => {
  await using own = await startProxy(join(folder.path, 'without-agent'))
  const got = await own.exchange('GET /a HTTP/1.1\r\nX-Forwarded-For: 10.0.0.1, b\r\n\r\n')
  t.regex(got, /^HTTP\/1\.1 500 Internal Server Error\r\n/)
  t.is(await own.stop(), 0)
  const line =
    /INFO neutron\.wsgi \[-\] 10\.0\.0\.1,b,127\.0\.0\.1 - - \[\d\d\/\w{3}\/\d{4} [\d:]{8}\] "GET \/a HTTP\/1\.1" 500 \d+ 0\.\d{6}\n/
  t.regex(own.output(), line)
  t.regex(
    own.output(),
    /ERROR neutron\.agent\.metadata\.namespace_proxy .*ENOENT .*metadata_proxy\n/,
  )
})

test.serial('it ends although an agent does not answer', async t => {
  const other = join(folder.path, 'silent-agent')
  await using own = await startProxy(other)
  const accepted = Promise.withResolvers<void>()
  const silent = createServer(() => accepted.resolve()).listen(join(other, 'metadata_proxy'))
  await once(silent, 'listening')
  chmodSync(join(other, 'metadata_proxy'), 0o777)
  const answer = own.exchange('GET / HTTP/1.1\r\n\r\n').catch(() => '')
  await accepted.promise
  const startedMs = performance.now()
  t.is(await own.stop(), 0)
  t.true(performance.now() - startedMs < 4000)
  t.is(await answer, '')
  silent.close()
})

const refuses = test.macro({
  title: (_, name: string) => `it does not start ${name}`,
  async exec(t, _: string, args: readonly string[], words: RegExp) {
    const { code, stderr } = await runProxyToExit(...args)
    t.is(code, 1)
    t.regex(stderr, words)
    t.false(existsSync(join(folder.path, 'none.pid')))
  },
})

const pidFile = `--pid_file=${join(folder.path, 'none.pid')}`
test(refuses, 'without an id', [pidFile], /Both network_id and router_id are None\. One must/)
test(refuses, 'without a pid file', ['--router_id=x'], /--pid_file FILE is missing/)
test(
  refuses,
  'on no port',
  [pidFile, '--router_id=x', '--metadata_port=65536'],
  /65536 is not a number up to 65535/,
)
test(refuses, 'with an unknown option', [pidFile, '--router=x'], /Unknown option '--router'/)
test(
  refuses,
  'on a port that is taken',
  [pidFile, '--router_id=x', `--metadata_port=${proxy.port}`],
  /EADDRINUSE.*names the process that has it/,
)
