import { fileURLToPath } from 'node:url'
import test from 'ava'
import { execa } from 'execa'
import { fakeEngine } from '../runtime/docker/fake-engine.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const main = `${root}src/cli/main.ts`

/** Prints a line at the end where dockerode was loaded, which is no ES module. */
const watcher = `data:text/javascript,${encodeURIComponent(`
  import { createRequire } from 'node:module'
  const { cache } = createRequire('${root}')
  process.on('exit', () => {
    if (Object.keys(cache).some(path => path.includes('/dockerode/'))) console.log('LOADED')
  })
`)}`

async function isLoadedBy(args: readonly string[], environment = {}): Promise<boolean> {
  const { stdout } = await execa(process.execPath, ['--import', watcher, ...args], {
    cwd: root,
    env: environment,
  })
  return stdout.includes('LOADED')
}

const doesNotLoad = test.macro(async (t, args: readonly string[]) => {
  t.false(await isLoadedBy([main, ...args]))
})

test('this test knows that dockerode is loaded', async t => {
  t.true(await isLoadedBy(['--eval', "await import('dockerode')"]))
})

test('help does not load dockerode', doesNotLoad, ['--help'])
test('a lab of processes does not load dockerode', doesNotLoad, [
  ...['up', 'dhcp-mode', '--runtime', 'process', '--dry-run'],
])

test('an engine is asked what it is without dockerode', async t => {
  await using engine = await fakeEngine()
  const args = [
    main,
    'up',
    'dhcp-mode',
    '--runtime',
    'docker',
    '--image',
    'some/image',
    '--dry-run',
  ]
  t.false(await isLoadedBy(args, { DOCKER_HOST: engine.host }))
})
