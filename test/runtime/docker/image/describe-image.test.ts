import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test from 'ava'
import { describeImage } from '../../../../src/runtime/docker/image/describe-image.ts'
import type { ImageContent } from '../../../../src/runtime/docker/image/image-content.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-describe-'))
test.after.always(() => rmSync(folder, { recursive: true }))

const content = describeImage(folder)

function namesIn({ layers }: ImageContent): string[] {
  return layers.flat().map(({ path }) => path)
}

test('an image is named by its content, the same with a memory and without', async t => {
  const { reference, hash } = await content
  t.is(reference, `localhost/lab:${hash}`)
  t.is((await describeImage(folder)).reference, reference)
  t.is((await describeImage(null)).reference, reference)
})

test('the image has every program that containers are started with', async t => {
  const names = namesIn(await content).map(path => path.replace(/^.*\/s?bin\//, ''))
  for (const name of ['node', 'haproxy', 'dnsmasq', 'nsenter', 'setpriv', 'lab-healthcheck']) {
    t.true(names.includes(name), name)
  }
})

test('users and hosts are looked up by name there, with an old C library too', async t => {
  const names = namesIn(await content)
  const folder = dirname(names.find(path => path.endsWith('/libc.so.6')) ?? '')
  for (const name of ['libnss_files.so.2', 'libnss_dns.so.2', 'libresolv.so.2'])
    t.is(names.includes(`${folder}/${name}`), existsSync(`${folder}/${name}`), name)
})

test('nothing is in an image twice, and each layer is in order', async t => {
  const { layers } = await content
  const names = namesIn(await content)
  t.is(new Set(names).size, names.length)
  for (const layer of layers) {
    const paths = layer.map(({ path }) => path)
    t.deepEqual(paths, paths.toSorted())
  }
})

test('no file stands below a link: it would be where the link leads', async t => {
  const { layers } = await content
  const links = new Set(layers.flat().flatMap(({ kind, path }) => (kind === 'link' ? path : [])))
  const below = namesIn(await content).filter(path => {
    for (let above = dirname(path); above !== '/'; above = dirname(above)) {
      if (links.has(above)) return true
    }
    return false
  })
  t.deepEqual(below, [])
})

test("nothing of the machine's accounts or secrets is in it", async t => {
  const names = namesIn(await content)
  t.deepEqual(
    names.filter(path => /shadow|\/home|\/root\/|\.ssh|\.pem$|\.key$/.test(path)),
    [],
  )
})
