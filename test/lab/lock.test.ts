import { once } from 'node:events'
import { createServer } from 'node:net'
import test from 'ava'
import { lockLab } from '../../src/lab/lock.ts'

test('what the holder of a lock says is shown in one printable line of bounded length', async t => {
  const lab = `test-${process.pid}`
  const server = createServer(socket => socket.end(`\u001b[2Jlab up\n${'x'.repeat(5_000)}`))
  server.listen(`\0lab/${lab}`)
  await once(server, 'listening')
  const error = await t.throwsAsync(lockLab({ lab, command: 'lab down', waitMs: 120 }))
  server.close()
  t.regex(error.message, /^Lab \S+ is held by \?\[2Jlab up\?x+$/)
  t.true(error.message.length < 260)
})

test('a lock that is given up is taken by the one that waits', async t => {
  const lab = `test-${process.pid}-waits`
  const first = await lockLab({ lab, command: 'first', waitMs: 0 })
  const holders: string[] = []
  const second = lockLab({
    lab,
    command: 'second',
    waitMs: 10_000,
    onWait: holder => holders.push(holder),
  })
  while (holders.length === 0) await new Promise(setImmediate)
  await first[Symbol.asyncDispose]()
  await (await second)[Symbol.asyncDispose]()
  t.deepEqual(holders, [`first (pid ${process.pid})`])
})
