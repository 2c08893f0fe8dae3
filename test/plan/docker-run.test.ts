import test from 'ava'
import { dockerRun, engineCommand } from '../../src/plan/docker-run.ts'
import { quoteCommand } from '../../src/plan/shell-quote.ts'
import { type ContainerEngine, isContained, type ServiceName } from '../../src/plan/step.ts'
import { containerFacts } from '../fixtures/container-facts.ts'
import { planOf, shippedTopology } from '../fixtures/planned.ts'

const speaks = test.macro({
  title: (_, kind: ContainerEngine['kind'], host: string) => `how ${kind} at ${host} is called`,
  exec(t, kind: ContainerEngine['kind'], host: string, command: string) {
    t.is(quoteCommand(engineCommand({ kind, host })), command)
  },
})
test(speaks, 'docker', 'unix:///var/run/docker.sock', 'docker')
test(speaks, 'docker', 'unix:///tmp/d.sock', 'docker --host=unix:///tmp/d.sock')
test(speaks, 'docker', 'tcp://127.0.0.1:2375', 'docker --host=tcp://127.0.0.1:2375')
test(speaks, 'podman', 'unix:///run/podman/podman.sock', 'podman')
test(speaks, 'podman', 'unix:///tmp/p.sock', 'podman --remote --url=unix:///tmp/p.sock')

function runOf(kind: ContainerEngine['kind'], service: ServiceName): readonly string[] {
  const { steps } = planOf(shippedTopology('dhcp-mode'), containerFacts(kind))
  const found = steps.filter(isContained).find(step => step.service === service)
  return found === undefined ? [] : dockerRun(found.container)
}

for (const kind of ['docker', 'podman'] as const)
  test(`${kind}: a container is nobody’s but its service’s: no privileges, no root file system to write to`, t => {
    const words = runOf(kind, 'nova-api-metadata')
    t.deepEqual(words.slice(0, 3), [kind, 'run', '--detach'])
    for (const word of [
      '--read-only',
      '--cap-drop=ALL',
      '--security-opt=no-new-privileges',
      '--pid=host',
      '--user=0:0',
    ])
      t.true(words.includes(word), word)
    t.false(words.some(word => word.startsWith('--privileged')))
    t.false(words.includes('--cap-add=ALL'))
  })

test('what it is called comes last, after the image', t => {
  const words = runOf('podman', 'haproxy')
  const [, ...command] = words.slice(words.indexOf('localhost/lab:0123456789ab'))
  t.is(command[0], 'haproxy')
  t.false(command.some(word => word.startsWith('--mount')))
})

test('a health check is one word for the shell of the container', t => {
  const words = runOf('docker', 'neutron-metadata-agent')
  const check = words.find(word => word.startsWith('--health-cmd='))
  t.regex(
    check ?? '',
    /^--health-cmd=nsenter .* lab-healthcheck unix \/var\/lib\/lab\/fixture\/metadata_proxy$/,
  )
  t.true(words.includes('--health-interval=30s'))
  t.false(runOf('docker', 'haproxy').some(word => word.startsWith('--health')))
  t.false(runOf('podman', 'neutron-metadata-agent').some(word => word.startsWith('--health')))
})

test('a path with a comma is one field of its mount', t => {
  const { steps } = planOf(shippedTopology('dhcp-mode'), containerFacts('docker'))
  const [first] = steps.filter(isContained)
  const mounts = [{ path: '/etc/a,"b"/ca', readOnly: true }]
  const words = first === undefined ? [] : dockerRun({ ...first.container, mounts })
  t.deepEqual(
    words.filter(word => word.startsWith('--mount')),
    ['--mount=type=bind,"src=/etc/a,""b""/ca","dst=/etc/a,""b""/ca",readonly'],
  )
})
