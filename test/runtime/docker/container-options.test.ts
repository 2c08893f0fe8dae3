import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Docker from 'dockerode'
import { execa } from 'execa'
import { dockerRun } from '../../../src/plan/docker-run.ts'
import { type ContainedService, type Container, isContained } from '../../../src/plan/step.ts'
import { containerOptions } from '../../../src/runtime/docker/container-options.ts'
import type { Engine } from '../../../src/runtime/docker/engine.ts'
import { engineAt } from '../../../src/runtime/docker/engine-at.ts'
import { ensureImage } from '../../../src/runtime/docker/image/ensure-image.ts'
import { ownImage } from '../../../src/runtime/docker/image/own-image.ts'
import { containerFacts } from '../../fixtures/container-facts.ts'
import { everything } from '../../fixtures/every-service.ts'
import { planOf } from '../../fixtures/planned.ts'
import { engineTest } from '../../host/support/engines.ts'

engineTest('lab up and the script of --dry-run make the same containers', async (t, host, kind) => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-test-'))
  const engine = await engineAt(host)
  const image = await ownImage()
  await ensureImage(engine, image)
  const facts = { ...containerFacts(kind), host, image: image.reference }
  const services = new Map(
    planOf(everything, facts)
      .steps.filter(isContained)
      .map(step => [step.service, step]),
  )
  t.deepEqual([...services.keys()].sort(), [
    'dnsmasq',
    'haproxy',
    'neutron-metadata-agent',
    'nova-api-metadata',
    'radvd',
  ])
  try {
    for (const [service, step] of services) {
      const container = movedTo(folder, step)
      t.deepEqual(
        await madeByScript(engine, container),
        await madeByApi(engine, container),
        service,
      )
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** Where nothing of a real lab is, and what is mounted exists. */
function movedTo(folder: string, { container }: ContainedService): Container {
  const mounts = container.mounts.map(mount => ({ ...mount, path: `${folder}${mount.path}` }))
  const network = container.network.replace('ns:', `ns:${folder}`)
  for (const path of [...mounts.map(mount => mount.path), network.replace('ns:', '')])
    if (path.startsWith('/')) mkdirSync(path, { recursive: true })
  return { ...container, name: `${container.name}-${process.pid}`, network, mounts }
}

async function madeByApi({ api }: Engine, container: Container) {
  return await describe(await api.createContainer(containerOptions(container)))
}

/** It is not started: there are no namespaces for it. */
async function madeByScript({ api }: Engine, container: Container) {
  const [program, ...args] = dockerRun(container)
  const create = args.flatMap(word => (word === 'run' ? 'create' : word === '--detach' ? [] : word))
  await execa(program, create)
  return await describe(api.getContainer(container.name))
}

/** All that the engine knows of it, as sorted lines, and it is gone. */
async function describe(container: Docker.Container): Promise<readonly string[]> {
  const seen = await container.inspect()
  await container.remove()
  const lines = linesOf(seen, '').map(line =>
    line.replaceAll(seen.Id, '(id)').replaceAll(seen.Id.slice(0, 12), '(id)'),
  )
  return lines.filter(line => !OWN.test(line)).sort()
}

/** Another for each container; whether `docker create` would attach to it, which `docker run --detach` does not. */
const OWN = /^\.(Created|GraphDriver|State|Config\.Attach)/

/** Podman keeps some lists in another order and what is absent in another form, depending on who asks. */
function linesOf(value: unknown, place: string): string[] {
  if (value === null) return []
  if (Array.isArray(value) && /\.(Cmd|Args|CreateCommand)$/.test(place))
    return [`${place}: ${value.join(' ')}`]
  if (Array.isArray(value)) return value.flatMap(member => linesOf(member, `${place}[]`))
  if (typeof value !== 'object') return [`${place}: ${String(value).replace(/^CAP_/, '')}`]
  const named = 'Destination' in value ? `${place} ${value.Destination}` : place
  return Object.entries(value).flatMap(([key, member]) => linesOf(member, `${named}.${key}`))
}
