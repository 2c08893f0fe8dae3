import { readFileSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import Docker from 'dockerode'
import { readRecord } from '../../../src/lab/record.ts'
import { type ContainedService, isContained } from '../../../src/plan/step.ts'
import { containersOf, engineTest } from '../support/engines.ts'
import { withLab } from '../support/lab.ts'

engineTest('containers have the rights that are listed and no more', async (t, host) => {
  const env = { DOCKER_HOST: host }
  await withLab(
    t,
    'dhcp-mode',
    async ({ name }) => {
      const api = new Docker({ socketPath: host.replace('unix://', '') })
      const services = readRecord(name)?.plan.steps.filter(isContained) ?? []
      t.is(services.length, (await containersOf(host, name)).length)
      for (const service of services) {
        const seen = await api.getContainer(service.container.name).inspect()
        t.false(seen.HostConfig.Privileged)
        t.true(seen.HostConfig.ReadonlyRootfs)
        checkMounts(t, name, service, seen.Mounts)
        for (const pid of [seen.State.Pid, ...childrenOf(seen.State.Pid)])
          checkProcess(t, service, statusOf(pid))
      }
    },
    ['--runtime', 'docker'],
    env,
  )
})

/** Nobody sees more of the machine than one lab's state and the file of one namespace. */
function checkMounts(
  t: ExecutionContext,
  lab: string,
  { namespace, name }: ContainedService,
  mounts: Docker.ContainerInspectInfo['Mounts'],
): void {
  const allowed = [`/var/lib/lab/${lab}`, `/run/netns/${namespace}`]
  const others = mounts.filter(
    ({ Source }) => !allowed.some(path => `${Source}/`.startsWith(`${path}/`)),
  )
  t.deepEqual(others, [], name)
}

/** What lets a container into its namespace is gone when the service begins. */
function checkProcess(
  t: ExecutionContext,
  { name, container }: ContainedService,
  status: ReadonlyMap<string, string>,
): void {
  const listed = container.capabilities.filter(one => one !== 'SYS_ADMIN' && one !== 'SETPCAP')
  const listedBits = listed.map(one => CAPABILITIES[one] ?? -1)
  t.deepEqual(bitsOf(status.get('CapBnd')), listedBits.toSorted(byNumber), name)
  for (const field of ['CapPrm', 'CapEff'])
    t.deepEqual(
      bitsOf(status.get(field)).filter(bit => !listedBits.includes(bit)),
      [],
      `${field} of ${name}`,
    )
  t.is(status.get('NoNewPrivs'), '1', name)
  const [uid] = status.get('Uid')?.split('\t') ?? []
  if (uid !== '0' && !name.startsWith('dnsmasq'))
    t.deepEqual(bitsOf(status.get('CapEff')), [], name)
}

/** Of linux/capability.h. */
const CAPABILITIES: Readonly<Record<string, number>> = {
  CHOWN: 0,
  DAC_OVERRIDE: 1,
  KILL: 5,
  SETGID: 6,
  SETUID: 7,
  NET_BIND_SERVICE: 10,
  NET_ADMIN: 12,
  NET_RAW: 13,
}

/** haproxy's workers. */
function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.split(' ').filter(Boolean).map(Number)
}

function statusOf(pid: number): ReadonlyMap<string, string> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n')
  return new Map(
    lines.map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  )
}

function bitsOf(mask = '0'): number[] {
  const value = BigInt(`0x${mask}`)
  return Array.from({ length: 64 }, (_, bit) => bit).filter(bit => (value >> BigInt(bit)) & 1n)
}

function byNumber(one: number, other: number): number {
  return one - other
}
