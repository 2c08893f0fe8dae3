import type { ExecutionContext } from 'ava'
import { CommandFailed } from '../../../src/linux/command-failed.ts'
import { readLimits } from '../../../src/linux/read-limits.ts'
import { type ContainedService, isContained } from '../../../src/plan/step.ts'
import { containerOptions } from '../../../src/runtime/docker/container-options.ts'
import { engineAt } from '../../../src/runtime/docker/engine-at.ts'
import { ensureImage } from '../../../src/runtime/docker/image/ensure-image.ts'
import { ownImage } from '../../../src/runtime/docker/image/own-image.ts'
import { removeContainers } from '../../../src/runtime/docker/remove-containers.ts'
import { startUntilServes } from '../../../src/runtime/docker/start-until-serves.ts'
import { containerFacts } from '../../fixtures/container-facts.ts'
import { planOf, shippedTopology } from '../../fixtures/planned.ts'
import { engineTest } from '../../host/support/engines.ts'
import { randomLabName } from '../../host/support/lab.ts'

/** A service of no lab, whose container runs a shell script. */
function serviceThat(script: string, host: string, image: string, kind: 'docker' | 'podman') {
  const facts = { ...containerFacts(kind), host, image, limits: readLimits() }
  const [service] = planOf(shippedTopology('dhcp-mode'), facts).steps.filter(isContained)
  if (service === undefined) throw new Error('no service')
  const lab = randomLabName()
  const container = {
    ...service.container,
    name: `lab-${lab}-nothing`,
    labels: { lab },
    network: 'host',
    command: ['sh', '-c', script],
    mounts: [],
    healthcheck: null,
  }
  return { ...service, pidFile: `/nowhere/${lab}.pid`, leaves: [], container }
}

async function start(
  t: ExecutionContext,
  service: ContainedService,
  limitMs?: number,
): Promise<Error> {
  const engine = await engineAt(service.container.engine.host)
  await ensureImage(engine, await ownImage())
  const made = await engine.api.createContainer(containerOptions(service.container))
  try {
    const error = await t.throwsAsync(startUntilServes(made, service, undefined, limitMs))
    // Podman would go on starting it.
    const left = engine.kind === 'docker' ? [(await made.inspect()).State.Status] : []
    t.deepEqual(left, engine.kind === 'docker' ? ['exited'] : [])
    return error
  } finally {
    t.is(await removeContainers([service.container]), engine.kind === 'docker' ? 1 : 0)
  }
}

engineTest('a service that never serves is told with what it printed', async (t, host, kind) => {
  const { reference } = await ownImage()
  const service = serviceThat(
    'echo waiting for Godot; exec node -e "setInterval(() => {}, 1e3)"',
    host,
    reference,
    kind,
  )
  const { message } = await start(t, service, 1500)
  const late = `${service.name} runs, but has not written ${service.pidFile} within 1.5 s`
  t.is(message, `${late}\nwaiting for Godot`)
})

engineTest('a service that ends is told as the command that it was', async (t, host, kind) => {
  const { reference } = await ownImage()
  const service = serviceThat('echo no; exit 7', host, reference, kind)
  const error = await start(t, service)
  t.true(error instanceof CommandFailed)
  t.regex(error.message, / run --detach (.*\n)*exited with 7: no(\nno)*$/)
})
