import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'

const source = fileURLToPath(new URL('../../src', import.meta.url))

/** What each folder of the pure half may import, itself aside. */
const pure: Readonly<Record<string, readonly string[]>> = {
  topology: [],
  cloud: ['topology'],
  neutron: ['topology', 'cloud'],
  nova: ['topology', 'cloud'],
  wsgi: [],
  plan: ['topology', 'cloud', 'neutron', 'nova'],
}

/** Shared by the pure folders that answer HTTP as Python does. */
const alsoPure: Readonly<Record<string, readonly string[]>> = {
  neutron: ['wsgi'],
  nova: ['wsgi'],
}

interface Import {
  /** Relative to src. */
  readonly file: string
  readonly target: string
  readonly isTypeOnly: boolean
}

const imports = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts'))
  .flatMap(importsOf)

function importsOf(file: string): Import[] {
  const text = readFileSync(join(source, file), 'utf8')
  const statements = text.matchAll(
    /^(?:import|export)\s+(type\s)?(?:[\w*{][^'";]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm,
  )
  return [...statements].map(([, type, named, dynamic]) => {
    const target = named ?? dynamic ?? ''
    return {
      file,
      target: target.startsWith('.') ? normalize(join(dirname(file), target)) : target,
      isTypeOnly: type !== undefined,
    }
  })
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : ''
}

function isOwn({ target }: Import): boolean {
  return target.endsWith('.ts')
}

function describe({ file, target }: Import): string {
  return `${file} imports ${target}`
}

test('every import of our own is read by this test', t => {
  t.true(imports.length > 300)
  t.true(
    imports.some(
      ({ file, target }) => file === 'cli/read-wish.ts' && target === 'plan/build-plan.ts',
    ),
  )
  t.true(imports.some(({ file, target }) => file === 'cli/main.ts' && target === 'cli/up.ts'))
})

for (const [folder, allowed] of Object.entries(pure)) {
  const own = imports.filter(({ file }) => folderOf(file) === folder)

  test(`${folder} imports only what stands left of it`, t => {
    const reachable = [folder, ...allowed, ...(alsoPure[folder] ?? [])]
    t.deepEqual(
      own
        .filter(isOwn)
        .filter(({ target }) => !reachable.includes(folderOf(target)))
        .map(describe),
      [],
    )
  })

  test(`${folder} reaches the machine through nothing of Node.js`, t => {
    const builtins = own.filter(({ target }) => target.startsWith('node:'))
    t.deepEqual(builtins.filter(({ target }) => !PURE_BUILTINS.includes(target)).map(describe), [])
  })

  test(`${folder} uses no clock, randomness or environment`, t => {
    const files = readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' })
    const impure = files
      .filter(file => file.endsWith('.ts'))
      .filter(file => IMPURE.test(codeOf(join(source, folder, file))))
    t.deepEqual(impure, [])
  })
}

/** What gives the same for the same. */
const PURE_BUILTINS = ['node:buffer', 'node:crypto']

test('the pure half takes nothing random of node:crypto', t => {
  const taken = Object.keys(pure).flatMap(folder =>
    readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.ts'))
      .flatMap(file => namesFromCrypto(codeOf(join(source, folder, file)))),
  )
  t.deepEqual(
    [...new Set(taken)].filter(name => !HASHING.includes(name)),
    [],
  )
})

function namesFromCrypto(code: string): string[] {
  const [, names = ''] = /^import \{([^}]*)\} from 'node:crypto'/m.exec(code) ?? []
  return names.split(',').flatMap(name => name.trim() || [])
}

const HASHING = ['createHash', 'createHmac', 'hash', 'timingSafeEqual']

const IMPURE =
  /\bprocess\.|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.|\bsetTimeout\(|\bconsole\.|\bfetch\(/

/** A file without its comments. */
function codeOf(path: string): string {
  return readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
}

for (const folder of ['topology', 'plan'])
  test(`no files of ${folder} import each other in a circle`, t => {
    const own = imports.filter(edge => folderOf(edge.file) === folder && isOwn(edge))
    const files = new Set(own.map(({ file }) => file))
    // a file that imports none of those that are left is in no circle
    for (let before = -1; before !== files.size; ) {
      before = files.size
      for (const file of files)
        if (!own.some(edge => edge.file === file && files.has(edge.target))) files.delete(file)
    }
    t.deepEqual([...files], [])
  })

test('neutron and nova do not import each other', t => {
  const between = imports.filter(({ file, target }) => {
    const ends = [folderOf(file), folderOf(target)]
    return ends.includes('neutron') && ends.includes('nova')
  })
  t.deepEqual(between.map(describe), [])
})

test('cli is imported by nobody', t => {
  const wrong = imports.filter(
    edge => isOwn(edge) && folderOf(edge.target) === 'cli' && folderOf(edge.file) !== 'cli',
  )
  t.deepEqual(wrong.map(describe), [])
})

test('daemons import no package: they must be up in no time', t => {
  const reached = new Set(
    imports.flatMap(({ file }) => (folderOf(file) === 'daemon' ? [file] : [])),
  )
  // the set grows while it is walked, so that what daemons reach is walked, too
  for (const file of reached)
    for (const edge of imports)
      if (edge.file === file && isOwn(edge) && !edge.isTypeOnly) reached.add(edge.target)
  const packages = imports.filter(
    edge =>
      reached.has(edge.file) &&
      !edge.isTypeOnly &&
      !isOwn(edge) &&
      !edge.target.startsWith('node:'),
  )
  t.deepEqual(packages.map(describe), [])
})

test('every import of our own names a file that is there', t => {
  const files = new Set(readdirSync(source, { recursive: true, encoding: 'utf8' }))
  const outside = imports.filter(edge => isOwn(edge) && !files.has(edge.target))
  t.deepEqual(outside.map(describe), [])
})
