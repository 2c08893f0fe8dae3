import test from 'ava'
import { installPrograms } from '../../src/cli/install-programs.ts'
import { LabError } from '../../src/lab/lab-error.ts'
import { programs } from '../../src/linux/programs.ts'

const missing = programs.filter(({ name }) => name === 'haproxy' || name === 'curl')

interface Scene {
  readonly mayInstall?: boolean
  readonly isRoot?: boolean
  readonly hasApt?: boolean
  readonly answer?: boolean
  readonly isInstalledAfterwards?: boolean
}

async function play(scene: Scene) {
  const installed: string[] = []
  const said: string[] = []
  const { answer } = scene
  await installPrograms(missing, {
    mayInstall: scene.mayInstall ?? true,
    isRoot: scene.isRoot ?? true,
    hasApt: scene.hasApt ?? true,
    confirm: answer === undefined ? null : async () => answer,
    say: line => said.push(line),
    install: async ({ packages }) => {
      installed.push(...packages)
    },
    findMissing: () => (scene.isInstalledAfterwards === false ? missing : []),
  })
  return { installed, said: said.join('\n') }
}

const installsBoth = test.macro(async (t, scene: Scene) => {
  const { installed, said } = await play(scene)
  t.deepEqual(installed, ['haproxy', 'curl'])
  t.regex(said, /will install the Debian packages haproxy, curl\./)
  t.regex(said, /service haproxy of its package stays off/)
})

test('without a terminal it installs unasked', installsBoth, {})
test('on a terminal it installs after a yes', installsBoth, { answer: true })

const refuses = test.macro(async (t, scene: Scene, message: RegExp, hint: RegExp) => {
  const error = await t.throwsAsync(play(scene), { instanceOf: LabError, message })
  t.is(error?.exitCode, 3)
  t.regex(error?.hint ?? '', hint)
})

const names = /missing:\n {2}haproxy, which .*\n {2}curl, which/
const line = /^(sudo )?apt-get install --no-install-recommends haproxy curl$/

test('--no-install refuses with the line to type', refuses, { mayInstall: false }, names, line)
test('without root it gives the line to type', refuses, { isRoot: false }, names, line)
test('after a no it gives the line to type', refuses, { answer: false }, names, line)
test('without apt it names the programs', refuses, { hasApt: false }, names, /own package manager/)
test(
  'what is still missing afterwards is an error',
  refuses,
  { isInstalledAfterwards: false },
  names,
  line,
)

test('where nothing is missing nothing happens', async t => {
  const unreachable = () => t.fail()
  await installPrograms([], {
    mayInstall: false,
    isRoot: false,
    hasApt: false,
    confirm: null,
    say: unreachable,
    install: async () => unreachable(),
    findMissing: () => [],
  })
  t.pass()
})
