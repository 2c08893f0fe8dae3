import { chmodSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import test from 'ava'
import { execa } from 'execa'
import { projectRoot } from '../../../src/linux/gather-facts.ts'
import { checkEngine } from '../../../src/runtime/docker/check-engine.ts'
import { labAsNobody } from '../../host/support/as-nobody.ts'
import { fakeEngine } from './fake-engine.ts'

const asRoot = process.geteuid?.() === 0 ? test : test.skip

const subject = {
  id: 'container-engine',
  title: 'Container engine',
  why: "a lab's services can stand in its containers, as with Kolla and TripleO",
}

test('the engine that labs could use is named with its version and place', async t => {
  await using engine = await fakeEngine({ info: { ServerVersion: '27.1.0' } })
  t.deepEqual(await checkEngine({ DOCKER_HOST: engine.host }), {
    ...subject,
    level: 'ok',
    found: `Docker 27.1.0 at ${engine.host}`,
    remedy: null,
  })
})

test('where there is none, labs run as processes', async t => {
  t.deepEqual(await checkEngine({ DOCKER_HOST: 'unix:///nonexistent/docker.sock' }), {
    ...subject,
    level: 'warning',
    found:
      'Cannot use the container engine at unix:///nonexistent/docker.sock: there is no such socket. DOCKER_HOST names it. Labs run as processes',
    remedy: 'Start the engine that should listen at unix:///nonexistent/docker.sock',
  })
})

test('why the one that is there cannot be used is told', async t => {
  await using engine = await fakeEngine({ headers: { 'Api-Version': '1.40' } })
  const { level, found, remedy } = await checkEngine({ DOCKER_HOST: engine.host })
  t.is(level, 'warning')
  t.is(
    found,
    `Cannot use the container engine at ${engine.host}: it is Docker 20.10.24 (API 1.40), and labs need 20.10 (API 1.41) or newer. DOCKER_HOST names it. Labs run as processes`,
  )
  t.is(remedy, 'Install a newer Docker')
})

test('a context that does not exist is told of', async t => {
  const environment = { DOCKER_CONFIG: '/nonexistent', DOCKER_CONTEXT: 'lost' }
  const { level, found } = await checkEngine(environment)
  t.is(level, 'warning')
  t.regex(found, /^Docker context "lost", which DOCKER_CONTEXT names: there is no such context\. /)
})

test('an engine that hangs does not hold doctor up for long', async t => {
  await using engine = await fakeEngine({ delayMs: 60_000 })
  const { found } = await checkEngine({ DOCKER_HOST: engine.host }, 50)
  t.regex(found, /: no answer within 0\.05 s\. DOCKER_HOST names it\. Labs run as processes$/)
})

asRoot('doctor has the engine in its JSON, and is ready without one', async t => {
  await using engine = await fakeEngine()
  for (const [DOCKER_HOST, level] of [
    [engine.host, 'ok'],
    ['unix:///nonexistent', 'warning'],
  ] as const) {
    const { stdout } = await execa(`${projectRoot}/lab`, ['doctor', '--json'], {
      env: { DOCKER_HOST },
    })
    const { ready, findings } = JSON.parse(stdout)
    t.true(ready)
    const found = findings.filter(({ id }: { id: string }) => id === 'container-engine')
    t.is(found.length, 1)
    t.is(found[0].level, level)
  }
})

asRoot('an engine that only root may ask is not judged for others', async t => {
  await using engine = await fakeEngine()
  const path = engine.host.slice('unix://'.length)
  chmodSync(dirname(path), 0o755)
  chmodSync(path, 0o600)
  const { stdout } = await labAsNobody(['doctor', '--json'], { env: { DOCKER_HOST: engine.host } })
  const finding = JSON.parse(stdout).findings.find(
    ({ id }: { id: string }) => id === 'container-engine',
  )
  t.deepEqual(finding, {
    ...subject,
    level: 'unchecked',
    found: `Cannot use the container engine at ${engine.host}: connect EACCES ${path}. DOCKER_HOST names it`,
    remedy: 'sudo lab doctor',
  })
})
