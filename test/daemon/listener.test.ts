import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { execa } from 'execa'
import { listen } from '../../src/daemon/listener.ts'
import { makeFolder } from './running-daemon.ts'

test('as many connections may wait to be taken as with Neutron and Nova', async t => {
  using folder = makeFolder()
  const path = join(folder.path, 'metadata_proxy')
  const listener = await listen({ path }, () => ({ stop: () => undefined }))
  try {
    const { stdout } = await execa('ss', ['-lxnH', 'src', path], { env: { PATH: systemPath } })
    const [, , , backlog] = stdout.split(/\s+/)
    const somaxconn = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'))
    t.is(Number(backlog), Math.min(4096, somaxconn))
  } finally {
    await listener.stop(0)
  }
})

test('connections that cannot be taken, as without memory for them, do not end a service', async t => {
  const listener = await listen({ host: '127.0.0.1', port: 0 }, () => ({ stop: () => undefined }))
  // What libuv reports for every accept(2) that fails, which no test can make the kernel do.
  for (let times = 0; times < 2; times++)
    t.notThrows(() => listener.server.emit('error', new Error('accept ENOMEM')))
  await listener.stop(0)
})

const systemPath = '/usr/bin:/bin:/usr/sbin:/sbin'
