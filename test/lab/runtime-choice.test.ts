import test from 'ava'
import type { ContainerFacts } from '../../src/cloud/machine-facts.ts'
import { RuntimeChoice } from '../../src/lab/runtime-choice.ts'
import { readLimits } from '../../src/linux/read-limits.ts'
import { EngineUnusable } from '../../src/runtime/docker/engine-unusable.ts'
import { ownImage } from '../../src/runtime/docker/image/own-image.ts'
import { fakeEngine } from '../runtime/docker/fake-engine.ts'

/** Names an engine that nobody has. */
const noEngine = { DOCKER_HOST: 'unix:///nowhere/docker.sock' }

const containers: ContainerFacts = {
  kind: 'docker',
  host: 'unix:///somewhere/docker.sock',
  version: '20.10.24',
  image: 'localhost/lab:000000000000',
  isOwnImage: true,
  hasHealthchecks: true,
  limits: { nofile: 1024, nproc: 1024 },
}

test('auto takes processes where no engine can be used, and says why', async t => {
  const choice = new RuntimeChoice({ runtime: 'auto' }, noEngine)
  t.is(await choice.choose(null), null)
  t.is(choice.refusal?.refusal.host, 'unix:///nowhere/docker.sock')
})

test('docker where no engine can be used is an error', async t => {
  const choice = new RuntimeChoice({ runtime: 'docker' }, noEngine)
  choice.lookAhead(null)
  const error = await t.throwsAsync(choice.choose(null), { instanceOf: EngineUnusable })
  t.is(error.exitCode, 3)
})

test('a lab that stands as processes stays so with auto', async t => {
  const choice = new RuntimeChoice({ runtime: 'auto' }, noEngine)
  t.is(await choice.choose({ containers: null }), null)
  t.is(choice.refusal, null)
})

test('a lab that stands in containers stays with its engine with auto, whatever DOCKER_HOST says', async t => {
  const choice = new RuntimeChoice({ runtime: 'auto' }, noEngine)
  const { reference: image } = await ownImage()
  t.deepEqual(await choice.choose({ containers }), { ...containers, image })
})

test('another image is asked for by name, and lab makes none', async t => {
  const choice = new RuntimeChoice({ runtime: 'auto', image: 'example.org/lab:1' }, noEngine)
  const chosen = await choice.choose({ containers })
  t.deepEqual(chosen, { ...containers, image: 'example.org/lab:1', isOwnImage: false })
})

test('docker named for a lab that stands in containers goes by DOCKER_HOST', async t => {
  const choice = new RuntimeChoice({ runtime: 'docker' }, noEngine)
  await t.throwsAsync(choice.choose({ containers }), { message: /unix:\/\/\/nowhere/ })
})

test('what was looked for ahead counts only for the lab that stands when it is chosen', async t => {
  const choice = new RuntimeChoice({ runtime: 'auto' }, noEngine)
  await choice.lookAhead({ containers })
  t.is(await choice.choose(null), null)
  const { reference: image } = await ownImage()
  const other = { ...containers, host: 'unix:///elsewhere/docker.sock' }
  t.deepEqual(await choice.choose({ containers: other }), { ...other, image })
})

test('what could not be found ahead is looked for once more when it is chosen', async t => {
  const environment: Record<string, string> = { ...noEngine }
  const choice = new RuntimeChoice({ runtime: 'docker', image: 'example.org/lab:1' }, environment)
  await choice.lookAhead(null)
  await using engine = await fakeEngine()
  environment.DOCKER_HOST = engine.host
  t.is((await choice.choose(null))?.host, engine.host)
})

test('process asks no engine', async t => {
  const choice = new RuntimeChoice({ runtime: 'process' }, noEngine)
  t.is(await choice.choose({ containers }), null)
})

for (const [kind, host] of Object.entries({
  docker: process.env.LAB_TEST_DOCKER_HOST,
  podman: process.env.LAB_TEST_PODMAN_HOST,
})) {
  if (host === undefined) continue
  test(`auto takes ${kind} where it answers`, async t => {
    const choice = new RuntimeChoice({ runtime: 'auto' }, { DOCKER_HOST: host })
    choice.lookAhead(null)
    const chosen = await choice.choose(null)
    t.is<string | undefined, string>(chosen?.kind, kind)
    t.is(chosen?.host, host)
    t.deepEqual(chosen?.limits, readLimits())
    t.is(choice.refusal, null)
  })
}
