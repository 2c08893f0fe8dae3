import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { openPasswordFile } from '../../src/daemon/password-file.ts'
import { signInstanceId } from '../../src/wsgi/sign-instance-id.ts'
import { goldenNovaConfig } from '../golden/cloud.ts'
import { askRaw } from './raw-client.ts'
import { makeFolder, type RunningDaemon, startDaemon } from './running-daemon.ts'

test('a password outlives the nova that it was posted to', async t => {
  using folder = makeFolder()
  chmodSync(folder.path, 0o755)
  const path = join(folder.path, 'nova/passwords.json')
  const config = { ...goldenNovaConfig(), metadata_listen_port: 0, passwordFile: path }
  const [bravo] = config.instances.filter(({ hostname }) => hostname.startsWith('bravo'))
  const { uuid = '', project_id = '' } = bravo ?? {}
  const headers = [
    ['X-Instance-ID', uuid],
    ['X-Instance-ID-Signature', signInstanceId(config.metadata_proxy_shared_secret, uuid)],
    ['X-Tenant-ID', project_id],
  ] as const
  const ask = (nova: RunningDaemon, body?: Buffer) =>
    askRaw(
      { host: '127.0.0.1', port: Number(nova.address.split(':').at(-1)) },
      body === undefined
        ? { target, headers }
        : {
            method: 'POST',
            target,
            body,
            headers: [...headers, ['Content-Length', `${body.length}`]],
          },
    )
  await using first = await startDaemon('nova-api-metadata', folder.path, config)
  t.is((await ask(first, Buffer.from('s€cret')))?.status, 200)
  await first.stop('SIGKILL')
  await using second = await startDaemon('nova-api-metadata', folder.path, config)
  t.is((await ask(second))?.body.toString(), 's€cret')
  t.is((await ask(second, Buffer.from('other')))?.status, 409)
  isPrivate(t, path)
})

function isPrivate(t: ExecutionContext, path: string): void {
  const uid = process.getuid?.() === 0 ? 65_534 : process.getuid?.()
  const [file, directory] = [statSync(path), statSync(join(path, '..'))]
  t.deepEqual([file.mode & 0o777, directory.mode & 0o777], [0o600, 0o700])
  t.deepEqual([file.uid, directory.uid], [uid, uid])
  t.deepEqual(readdirSync(join(path, '..')), ['passwords.json'])
}

test('the password of an instance that is gone goes with it', t => {
  using folder = makeFolder()
  const path = join(folder.path, 'nova/passwords.json')
  const both = openPasswordFile({ path, ...ownUser, uuids: ['a', 'b'] })
  both.set('a', 'one')
  both.set('b', 'two')
  const left = openPasswordFile({ path, ...ownUser, uuids: ['b'] })
  t.deepEqual([left.get('a'), left.get('b')], [undefined, 'two'])
  left.set('b', 'three')
  t.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { b: 'three' })
})

test('what cannot be written is not stored', t => {
  using folder = makeFolder()
  const path = join(folder.path, 'nova/passwords.json')
  const passwords = openPasswordFile({ path, ...ownUser, uuids: ['a'] })
  symlinkSync('/dev/full', `${path}.new`)
  t.throws(() => passwords.set('a', 'one'), { code: 'ENOSPC' })
  t.is(passwords.get('a'), undefined)
})

const refuses = test.macro({
  title: (_, what: string) => `${what} is not taken for passwords`,
  exec(t, _: string, make: (path: string) => void, message: RegExp) {
    using folder = makeFolder()
    const path = join(folder.path, 'passwords.json')
    make(path)
    t.throws(() => openPasswordFile({ path, ...ownUser, uuids: [] }), { message })
  },
})

test(refuses, 'a link', path => symlinkSync('/etc/hostname', path), /ELOOP/)
test(refuses, 'half a file', path => writeFileSync(path, '{"a'), /it is not JSON; remove it/)
test(refuses, 'a file of numbers', path => writeFileSync(path, '{"a":1}'), /something else; remove/)

test("a directory that is somebody else's is left alone", t => {
  using folder = makeFolder()
  const file = {
    path: join(folder.path, 'passwords.json'),
    uid: ownUser.uid + 1,
    gid: 0,
    uuids: [],
  }
  t.throws(() => openPasswordFile(file), { message: /is not a directory of uid/ })
})

const target = '/openstack/latest/password'
const ownUser = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
