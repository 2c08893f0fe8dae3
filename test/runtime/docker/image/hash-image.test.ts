import test from 'ava'
import { hashImage } from '../../../../src/runtime/docker/image/hash-image.ts'
import type {
  ImageContent,
  ImageEntry,
} from '../../../../src/runtime/docker/image/image-content.ts'

const program: ImageEntry = { kind: 'file', path: '/usr/bin/node', mode: 0o755, source: '/n' }
const note: ImageEntry = { kind: 'text', path: '/etc/group', mode: 0o644, text: 'root:x:0:\n' }
const link: ImageEntry = { kind: 'link', path: '/bin', target: 'usr/bin' }
const folder: ImageEntry = { kind: 'folder', path: '/tmp', mode: 0o1777 }
const content: Pick<ImageContent, 'layers' | 'environment' | 'version'> = {
  layers: [[program, link, folder], [note]],
  environment: { PATH: '/usr/bin' },
  version: '1.0.0',
}

const sha256Of = async (path: string) => `sha256 of ${path}`

const changes = test.macro(async (t, changed: Partial<typeof content>) => {
  const before = await hashImage(content, sha256Of)
  t.regex(before, /^[0-9a-f]{12}$/)
  t.not(await hashImage({ ...content, ...changed }, sha256Of), before)
})

test('the same content has the same hash, wherever it comes from', async t => {
  const moved = { ...program, source: '/elsewhere' }
  const other = { ...content, layers: [[moved, link, folder], [note]] }
  t.is(await hashImage(other, async () => 'sha256 of /n'), await hashImage(content, sha256Of))
})

test("a file's content changes the hash", changes, {
  layers: [[{ ...program, source: '/other' }, link, folder], [note]],
})
test("a file's path changes the hash", changes, {
  layers: [[{ ...program, path: '/usr/bin/nod' }, link, folder], [note]],
})
test("a file's mode changes the hash", changes, {
  layers: [[{ ...program, mode: 0o555 }, link, folder], [note]],
})
test("a link's target changes the hash", changes, {
  layers: [[program, { ...link, target: '/usr/bin' }, folder], [note]],
})
test("a folder's mode changes the hash", changes, {
  layers: [[program, link, { ...folder, mode: 0o777 }], [note]],
})
test('a text changes the hash', changes, {
  layers: [[program, link, folder], [{ ...note, text: 'root:x:1:\n' }]],
})
test('a file less changes the hash', changes, { layers: [[program, folder], [note]] })
test('the layer that a file is in changes the hash', changes, {
  layers: [
    [program, link],
    [folder, note],
  ],
})
test('the environment changes the hash', changes, { environment: { PATH: '/usr/sbin' } })
test('the version of lab changes the hash', changes, { version: '1.0.1' })
