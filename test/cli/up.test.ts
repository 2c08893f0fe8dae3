import { fileURLToPath } from 'node:url'
import test from 'ava'
import { execa } from 'execa'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

test('lab up says so where it has no use for an image, since nothing runs in containers', async t => {
  const args = ['up', 'dhcp-mode', '--dry-run', '--runtime', 'process']
  const { stderr } = await execa(process.execPath, [main, ...args, '--image', 'some/image'])
  t.is(stderr, '! Image some/image is not used: the services run as processes.')
  t.is((await execa(process.execPath, [main, ...args])).stderr, '')
})
