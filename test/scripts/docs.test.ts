import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import test from 'ava'
import { renderMetadataPath } from '../../scripts/render-metadata-path.ts'

test('docs/metadata-path.md is what the code decides by now (make it so: make docs)', async t => {
  const file = new URL('../../docs/metadata-path.md', import.meta.url)
  t.is(await readFile(file, 'utf8'), renderMetadataPath())
})

test('lines of text in docs/metadata-path.md end by column 100', t => {
  const long = renderMetadataPath()
    .split('\n')
    .filter(line => line.length > 100 && !line.startsWith('|'))
  t.deepEqual(long, [])
})

test('links in docs/metadata-path.md lead to files that are there', t => {
  const links = Array.from(renderMetadataPath().matchAll(/\]\((\.\.[^)]*)\)/g), ([, path]) => path)
  t.true(links.length > 0)
  for (const link of links) t.true(existsSync(new URL(`../../docs/${link}`, import.meta.url)), link)
})
