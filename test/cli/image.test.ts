import { fileURLToPath } from 'node:url'
import test from 'ava'
import { execa } from 'execa'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

test('lab image without an engine is told what there is to do, and no option of lab up', async t => {
  const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock' }
  const ended = await execa(process.execPath, [main, 'image'], { env, reject: false })
  t.is(ended.exitCode, 3)
  t.is(ended.stdout, '')
  t.regex(ended.stderr, /Cannot use the container engine at unix:\/\/\/nowhere\/docker\.sock/)
  t.notRegex(ended.stderr, /--runtime/)
})
