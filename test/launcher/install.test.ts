import { on } from 'node:events'
import {
  chownSync,
  existsSync,
  lchownSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import test from 'ava'
import { execa } from 'execa'
import { type Checkout, fakeNpm, makeCheckout } from './checkout.ts'

const asRoot = process.geteuid?.() === 0 ? test : test.skip

test('npm ci runs once, and its words are no part of the answer', async t => {
  using checkout = makeCheckout()
  const first = await start(checkout)
  const second = await start(checkout)
  t.regex(first.stderr, /^Installing lab's packages with .*npm ci …$/)
  t.false(first.stdout.includes('added 1 package'))
  t.is(second.stderr, '')
  t.is(npmRuns(checkout).length, 1)
  t.regex(npmRuns(checkout)[0] ?? '', / ci --include=dev --include=optional --ignore-scripts /)
})

test('npm ci runs again where the lock file is newer', async t => {
  using checkout = makeCheckout()
  await start(checkout)
  const later = new Date(Date.now() + 60_000)
  utimesSync(join(checkout.root, 'package-lock.json'), later, later)
  await start(checkout)
  t.is(npmRuns(checkout).length, 2)
  await start(checkout)
  t.is(npmRuns(checkout).length, 2, 'a lock file from the future is installed from once')
})

test('an interrupted npm ci is not taken for a finished one', async t => {
  const npm = fakeNpm.replace(
    /^echo \{\}.*$/m,
    '[ -e ../again ] || { echo "cut off" >&2; exit 130; }\n$&',
  )
  using checkout = makeCheckout({ npm })
  const first = await start(checkout)
  t.is(first.exitCode, 1)
  t.regex(first.stderr, /cut off\nlab: npm ci in .* failed/)
  writeFileSync(join(checkout.folder, 'again'), '')
  t.is((await start(checkout)).exitCode, 0)
  t.is(npmRuns(checkout).length, 2)
})

test('of two launchers at once one installs and the other waits', async t => {
  const npm = fakeNpm.replace('rm -rf node_modules', 'read -r line <../gate\n$&')
  using checkout = makeCheckout({ npm })
  const gate = join(checkout.folder, 'gate')
  await execa('mkfifo', [gate])
  const first = start(checkout)
  const second = start(checkout)
  await Promise.any([saysWaiting(first), saysWaiting(second)])
  writeFileSync(gate, 'go\n')
  await Promise.all([first, second])
  t.is(npmRuns(checkout).length, 1)
  t.deepEqual(
    readdirSync(checkout.root).filter(name => /lock/.test(name)),
    ['package-lock.json'],
  )
})

test('a registry that lacks the Node.js for this machine is named', async t => {
  using checkout = makeCheckout({ npm: fakeNpm.replace(/^ln .*$/m, '') })
  const { exitCode, stderr } = await start(checkout)
  t.is(exitCode, 3)
  t.regex(stderr, /npm ci has not brought node_modules\/node-linux-/)
})

asRoot(
  'in a checkout of somebody else npm runs as that user, and leaves nothing of root',
  async t => {
    using checkout = makeCheckout({ copiesNode: true })
    chownAll(checkout.root, SOMEBODY)
    t.is((await start(checkout)).exitCode, 0)
    t.regex(npmRuns(checkout)[0] ?? '', new RegExp(`^${SOMEBODY} ci`))
    t.is(statSync(join(checkout.root, 'node_modules')).uid, SOMEBODY)
    const cache = join(checkout.root, 'node_modules/.cache/lab-as-root')
    const folders = readdirSync(cache).map(name => statSync(join(cache, name)).uid)
    t.deepEqual(new Set(folders), new Set([SOMEBODY]))
  },
)

asRoot(
  'what root has compiled in the checkout of somebody else can be deleted by that user',
  async t => {
    using checkout = makeCheckout({ copiesNode: true })
    chownAll(checkout.root, SOMEBODY)
    const { launcher, root } = checkout
    const asSomebody = ['--reuid', `${SOMEBODY}`, '--regid', `${SOMEBODY}`, '--clear-groups', '--']
    const env = { PATH: `${checkout.bin}:/usr/bin:/bin` }
    await execa('setpriv', [...asSomebody, launcher], { env })
    await start(checkout)
    await start(checkout)
    await execa('setpriv', [...asSomebody, 'rm', '-r', join(root, 'node_modules')], { env })
    t.false(existsSync(join(root, 'node_modules')))
  },
)

asRoot('without npm one line names the Debian package', async t => {
  using checkout = makeCheckout()
  const { exitCode, stderr, stdout } = await startWithoutNpm(checkout, '')
  t.is(exitCode, 3)
  t.is(stdout, '')
  t.regex(stderr, /apt-get install --no-install-recommends npm/)
  t.false(existsSync(join(checkout.root, 'npm-runs')))
})

for (const folder of [
  '.nvm/versions/node/v20.19.1/bin',
  '.volta/tools/image/node/20.19.1/bin',
  '.local/share/fnm/node-versions/v20.19.1/installation/bin',
  '.asdf/installs/nodejs/20.19.1/bin',
  'n/bin',
]) {
  asRoot(`sudo finds npm in its user's ~/${folder}`, async t => {
    using checkout = makeCheckout()
    const home = join(checkout.folder, 'home')
    await execa('sh', ['-c', 'mkdir -p "$1" && mv "$0"/* "$1"', checkout.bin, join(home, folder)])
    const { exitCode, stderr } = await startWithoutNpm(checkout, home)
    t.is(exitCode, 0, stderr)
    t.is(npmRuns(checkout).length, 1)
  })
}

const SOMEBODY = 61_234

function start({ launcher, bin }: Checkout) {
  return execa(launcher, [], {
    cwd: '/',
    env: { PATH: `${bin}:/usr/bin:/bin` },
    extendEnv: false,
    reject: false,
  })
}

/** As under sudo's secure_path, by a user `tester` with that home, on a machine whose own npm is hidden. */
function startWithoutNpm(checkout: Checkout, home: string) {
  const passwd = join(checkout.folder, 'passwd')
  writeFileSync(
    passwd,
    `${readFileSync('/etc/passwd', 'utf8')}\ntester:x:61235:61235::${home}:/bin/sh\n`,
  )
  const script = `
    mount --bind "$1" /etc/passwd
    for npm in /usr/bin/npm /usr/local/bin/npm; do [ ! -e $npm ] || mount --bind /dev/null "$(readlink -f $npm)"; done
    exec "$0"`
  return execa(
    'unshare',
    ['--mount', '--propagation', 'private', 'sh', '-c', script, checkout.launcher, passwd],
    {
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        SUDO_USER: 'tester',
      },
      extendEnv: false,
      reject: false,
    },
  )
}

function npmRuns({ root }: Checkout): string[] {
  return readFileSync(join(root, 'npm-runs'), 'utf8').trim().split('\n')
}

async function saysWaiting({ stderr }: ReturnType<typeof start>): Promise<void> {
  let said = ''
  for await (const text of on(stderr, 'data')) {
    said += text
    if (said.includes('Waiting for another lab')) return
  }
}

function chownAll(path: string, uid: number): void {
  chownSync(path, uid, uid)
  for (const name of readdirSync(path, { recursive: true }))
    lchownSync(join(path, `${name}`), uid, uid)
}
