import { chmodSync, mkdirSync, rmdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import test from 'ava'
import { execa } from 'execa'
import { type Checkout, makeCheckout } from './checkout.ts'

interface Start {
  readonly argv: readonly [string, ...string[]]
  readonly cwd?: string
}

const startsFrom = test.macro(async (t, name: string, describe: (checkout: Checkout) => Start) => {
  using checkout = makeCheckout({ name })
  const { argv, cwd = '/' } = describe(checkout)
  const [file, ...rest] = argv
  const { stdout } = await execa(file, [...rest, 'up', 'my file.yaml'], {
    cwd,
    env: { PATH: `${checkout.bin}:/usr/bin:/bin` },
    extendEnv: false,
  })
  const started = JSON.parse(stdout)
  t.deepEqual(started.args, ['up', 'my file.yaml'])
  t.is(started.env.NODE_COMPILE_CACHE, join(checkout.root, 'node_modules/.cache/lab'))
})

test('starts by its full path', startsFrom, 'checkout', ({ launcher }) => ({ argv: [launcher] }))

test('starts by a relative path', startsFrom, 'checkout', ({ folder }) => ({
  argv: ['checkout/lab'],
  cwd: folder,
}))

test('starts from its own folder', startsFrom, 'checkout', ({ root }) => ({
  argv: ['./lab'],
  cwd: root,
}))

test('starts where sh reads it', startsFrom, 'checkout', ({ root }) => ({
  argv: ['sh', 'lab'],
  cwd: root,
}))

test('starts through a link on the PATH', startsFrom, 'checkout', ({ bin, launcher }) => {
  symlinkSync(launcher, join(bin, 'lab'))
  return { argv: ['lab'] }
})

test('starts through a link to a link', startsFrom, 'checkout', ({ folder, bin, launcher }) => {
  symlinkSync(launcher, join(folder, 'one'))
  symlinkSync('../one', join(bin, 'two'))
  return { argv: [join(bin, 'two')] }
})

test('starts with spaces and quotes in its path', startsFrom, `a 'b' "c"`, ({ launcher }) => ({
  argv: [launcher],
}))

test('starts with a folder on the way that is a link', startsFrom, 'checkout', checkout => {
  symlinkSync(checkout.root, join(checkout.folder, 'linked'))
  return { argv: [join(checkout.folder, 'linked/lab')] }
})

test('starts with CDPATH set and a folder that was removed', async t => {
  using checkout = makeCheckout()
  const gone = join(checkout.folder, 'gone')
  mkdirSync(gone)
  const { stdout } = await execa('sh', ['-c', 'rmdir "$PWD" && exec "$0"', checkout.launcher], {
    cwd: gone,
    env: { PATH: `${checkout.bin}:/usr/bin:/bin`, CDPATH: '/usr' },
    extendEnv: false,
  })
  t.throws(() => rmdirSync(gone), { code: 'ENOENT' })
  t.deepEqual(JSON.parse(stdout).args, [])
})

test('changes three variables of the environment and nothing else', async t => {
  using checkout = makeCheckout()
  const env = {
    HOME: '/here',
    root: 'mine',
    node: 'mine',
    home: 'mine',
    owner: 'mine',
    LANG: 'tlh',
  }
  const { stdout } = await execa(checkout.launcher, [], {
    env: { ...env, PATH: `${checkout.bin}:/usr/bin:/bin`, NODE_OPTIONS: '--no-deprecation' },
    extendEnv: false,
  })
  const { PATH, PWD, NODE_COMPILE_CACHE, ...rest } = JSON.parse(stdout).env
  t.deepEqual(rest, env)
  t.is(PATH, '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin')
})

test('keeps the umask for the command, and packages readable for all', async t => {
  using checkout = makeCheckout()
  const { stdout } = await execa('sh', ['-c', 'umask 077 && exec "$0"', checkout.launcher], {
    env: { PATH: `${checkout.bin}:/usr/bin:/bin` },
    extendEnv: false,
  })
  t.is(JSON.parse(stdout).umask, 0o077)
  const { stdout: modes } = await execa('stat', ['-c', '%a', 'node_modules'], {
    cwd: checkout.root,
  })
  t.is(modes, '755')
})

test('runs on the Node.js of the project', async t => {
  using checkout = makeCheckout()
  const { stdout } = await execa(checkout.launcher, [], {
    env: { PATH: `${checkout.bin}:/usr/bin:/bin` },
    extendEnv: false,
  })
  t.is(JSON.parse(stdout).execPath, process.execPath)
})

const asRoot = process.geteuid?.() === 0 ? test : test.skip

asRoot('keeps no compiled code in a folder of somebody else', async t => {
  using checkout = makeCheckout({ copiesNode: true })
  await execa(checkout.launcher, [], { env: { PATH: `${checkout.bin}:/usr/bin:/bin` } })
  chmodSync(checkout.root, 0o755)
  const { stdout } = await execa(
    'setpriv',
    ['--reuid=65534', '--regid=65534', '--clear-groups', checkout.launcher],
    { env: { NODE_COMPILE_CACHE: '/tmp/of-the-user' } },
  )
  t.is(JSON.parse(stdout).env.NODE_COMPILE_CACHE, undefined)
})
