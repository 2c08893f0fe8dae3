import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import test from 'ava'

/** What each folder of src/ may import of the others; ARCHITECTURE.md tells why. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  topology: [],
  cloud: ['topology'],
  wsgi: [],
  neutron: ['topology', 'cloud', 'wsgi'],
  nova: ['topology', 'cloud', 'wsgi'],
  plan: ['topology', 'cloud', 'neutron', 'nova'],
  linux: ['cloud', 'plan'],
  runtime: ['plan', 'linux', 'lab'],
  lab: ['topology', 'cloud', 'plan', 'linux', 'runtime'],
  daemon: ['neutron', 'nova', 'wsgi'],
  cli: ['topology', 'cloud', 'plan', 'linux', 'runtime', 'lab'],
}

/** No effects: of Node.js they have what gives the same for the same input. */
const pureFolders = ['topology', 'cloud', 'wsgi', 'neutron', 'nova', 'plan']
const pureModules = ['node:buffer', 'node:crypto']

const src = fileURLToPath(new URL('../src/', import.meta.url))
const imports = globSync('*/**/*.ts', { cwd: src }).flatMap(importsOf)

test('every folder of src/ has its place in the import directions', t => {
  const folders = new Set(globSync('*/**/*.ts', { cwd: src }).map(folderOf))
  t.deepEqual([...folders].sort(), Object.keys(mayImport).sort())
})

for (const [folder, allowed] of Object.entries(mayImport)) {
  test(`${folder} imports nothing but ${[...allowed, 'itself'].join(', ')}`, t => {
    const own = imports.filter(({ file, wanted }) => folderOf(file) === folder && !isBare(wanted))
    const known = [folder, ...allowed]
    t.true(own.length > 0)
    t.deepEqual(
      own.filter(({ file, wanted }) => !known.includes(folderOf(resolve(file, wanted)))),
      [],
    )
  })
}

test('the pure half imports of Node.js only what has no effects', t => {
  const ofNode = imports.filter(
    ({ file, wanted }) => pureFolders.includes(folderOf(file)) && wanted.startsWith('node:'),
  )
  t.true(ofNode.length > 0)
  t.deepEqual(
    ofNode.filter(({ wanted }) => !pureModules.includes(wanted)),
    [],
  )
})

interface Import {
  readonly file: string
  readonly wanted: string
}

function importsOf(file: string): Import[] {
  const text = readFileSync(src + file, 'utf8')
  return [...text.matchAll(/(?:\bfrom|\bimport)[ (]'([^']+)'/g)].map(([, wanted = '']) => ({
    file,
    wanted,
  }))
}

function isBare(wanted: string): boolean {
  return !wanted.startsWith('.')
}

/** Path of an import relative to src/. */
function resolve(file: string, wanted: string): string {
  return new URL(wanted, `file:///${file}`).pathname.slice(1)
}

function folderOf(path: string): string {
  return path.slice(0, path.indexOf('/'))
}
