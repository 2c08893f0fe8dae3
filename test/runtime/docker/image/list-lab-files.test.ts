import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { systemPath } from '../../../../src/linux/system-path.ts'
import {
  daemonCode,
  listLabFiles,
  ownPrograms,
  readLabVersion,
} from '../../../../src/runtime/docker/image/list-lab-files.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** Every file that a script imports, itself too, relative to the checkout; types are stripped and come along with nobody. */
function closureOf(script: string): Set<string> {
  const reached = new Set([script])
  // the set grows while it is walked
  for (const file of reached) {
    for (const [, type, named, dynamic] of readFileSync(root + file, 'utf8').matchAll(IMPORT)) {
      const target = named ?? dynamic ?? ''
      if (type === undefined && target.startsWith('.')) reached.add(join(dirname(file), target))
    }
  }
  return reached
}

const IMPORT =
  /^(?:import|export)\s+(type\s)?(?:[\w*{][^'";]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm

const paths = new Set(listLabFiles().map(({ path }) => path))

for (const name of ownPrograms) {
  test(`all that ${name} imports is in the image`, t => {
    const needed = closureOf(`src/daemon/${name}.ts`)
    t.deepEqual(
      [...needed].filter(file => !paths.has(`/opt/lab/${file}`)),
      [],
    )
  })

  test(`${name} is a program of the image that runs the daemon of its name`, t => {
    const program = listLabFiles().find(({ path }) => path === `/usr/bin/${name}`)
    t.is(program?.kind === 'text' && program.mode, 0o755)
    t.true(existsSync(`${root}src/daemon/${name}.ts`))
  })
}

test('there is no folder of code in the image that no daemon imports from', t => {
  const needed = ownPrograms.flatMap(name => [...closureOf(`src/daemon/${name}.ts`)])
  t.deepEqual(
    daemonCode.filter(code => !needed.some(file => file === code || file.startsWith(`${code}/`))),
    [],
  )
})

const dockerfile = readFileSync(`${root}Dockerfile`, 'utf8')

test('the Dockerfile copies the code that lab puts into its own image', t => {
  const copied = [...dockerfile.matchAll(/^COPY (src\S+) \/opt\/lab\/(\S+)$/gm)]
  t.deepEqual(
    copied.map(([, from]) => from),
    [...daemonCode],
  )
  for (const [, from = '', to = ''] of copied) {
    t.is(to.endsWith('/') ? to + basename(from) : to, from)
  }
})

test("the Dockerfile has the programs, the PATH and the version of lab's own image", t => {
  t.is(/for name in (.*?);/.exec(dockerfile)?.[1], ownPrograms.join(' '))
  t.true(dockerfile.includes(`PATH=${systemPath} `))
  t.true(dockerfile.includes(`image.version=${readLabVersion()}\n`))
})
