import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import { execa } from 'execa'
import { readRecord } from '../../src/lab/record.ts'
import { identify, isAlive } from '../../src/linux/process-table.ts'
import type { ServiceStep } from '../../src/plan/step.ts'
import { findService } from '../../src/runtime/process/find-service.ts'
import { withTalks } from './support/connections/with-talks.ts'
import {
  type StandingLab,
  processTest as test,
  waitFor,
  withLab,
  withTopologyFile,
} from './support/lab.ts'
import { addressesIn, readIn, runIn } from './support/namespace.ts'
import { pidsOf, statusOf } from './support/services.ts'

/** Agents can be stopped, killed and restarted: what they have built stays, and what is amiss is put right by their next sync. */

//  vm1 ── private (isolated; proxy in qdhcp)      vm2 ── routed ── edge (proxy in qrouter)
const topologyOf = (release: string) => `
neutron: {release: ${release}, dhcp_agent: {enable_isolated_metadata: true}}
networks:
  private: {subnets: [{name: private-subnet, cidr: 192.168.30.0/24}], dhcp_port: {fixed_ip: 192.168.30.2}}
  routed: {subnets: [{cidr: 192.168.40.0/24}]}
routers:
  edge: {interfaces: [routed]}
  spare: {}
instances:
  vm1: {networks: [{name: private, fixed_ip: 192.168.30.9}]}
  vm2: {networks: [{name: routed, fixed_ip: 192.168.40.9}]}
`

async function withAgents(
  t: ExecutionContext,
  release: string,
  body: (lab: AgentsLab) => Promise<void>,
): Promise<void> {
  await withTopologyFile(topologyOf(release), path =>
    withLab(t, path, async standing => await body(agentsLab(t, standing))),
  )
}

type AgentsLab = ReturnType<typeof agentsLab>

function agentsLab(t: ExecutionContext, standing: StandingLab) {
  const { name, run } = standing
  const cloud = () => readRecord(name)?.cloud
  const idOf = (network: string) => cloud()?.networks.find(one => one.name === network)?.id ?? ''
  const serviceNamed = (service: string): ServiceStep => {
    const found = readRecord(name)?.plan.steps.find(
      step => step.kind === 'service' && step.name === service,
    )
    if (found?.kind !== 'service') throw new Error(`Lab ${name} has no ${service}`)
    return found
  }
  return {
    ...standing,
    idOf,
    routerId: (router: string) => cloud()?.routers.find(one => one.name === router)?.id ?? '',
    guest: (guest: string) => `lab-${name}-${guest}`,
    serviceNamed,
    fetch: async (guest: string) => await fetchIn(`lab-${name}-${guest}`),
    does: async (words: string) => {
      const ended = await run(words.split(' '))
      t.is(ended.exitCode, 0, `${words}: ${ended.stderr}`)
      return ended.stdout
    },
    /** Kills what runs as a service, and gives its pid. */
    kill: (service: string) => {
      const process_ = findService(serviceNamed(service))
      if (process_ === null) throw new Error(`${service} does not run`)
      process.kill(process_.pid, 'SIGKILL')
      return process_.pid
    },
    /** Until another process serves. */
    comesBack: async (service: string, pid: number) => {
      await waitFor(`${service} comes back`, () => {
        const found = findService(serviceNamed(service))
        return found !== null && found.pid !== pid && isAlive(found)
      })
    },
    logOf: (service: string) => {
      const path = `/var/lib/lab/${name}/log/${service}.log`
      return existsSync(path) ? readFileSync(path, 'utf8') : ''
    },
    standsWhole: async () => {
      const { ended, differences } = await statusOf(name)
      t.deepEqual(differences, [])
      t.is(ended.exitCode, 0)
    },
  }
}

/** HTTP's status, or curl's words for why there is none. */
async function fetchIn(namespace: string): Promise<string> {
  const url = 'http://169.254.169.254/openstack/latest/meta_data.json'
  const { stdout, stderr } = await runIn(namespace, [
    ...['curl', '-sv', '-m', '5', '-o', '/dev/null', '-w', '%{http_code}', url],
  ])
  return stdout === '000' ? (/failed: (.*)$/m.exec(stderr)?.[1] ?? 'no answer') : stdout
}

test('an agent puts back what dies of what it has made, and tells it in Neutron’s words', async t => {
  await withAgents(
    t,
    '2026.1',
    async ({ idOf, routerId, kill, comesBack, logOf, fetch, ...lab }) => {
      const [id, edge] = [idOf('private'), routerId('edge')]
      const names = [`dnsmasq-${id}`, `haproxy-${id}`, `haproxy-${edge}`]
      const before = pidsOf(lab.name)
      const killed = names.map(service => [service, kill(service)] as const)
      for (const [service, pid] of killed) await comesBack(service, pid)
      t.is(await fetch('vm1'), '200')
      t.is(await fetch('vm2'), '200')
      await lab.does('instance renew vm1')
      const dhcp = logOf('neutron-dhcp-agent')
      const l3 = logOf('neutron-l3-agent')
      const died = (kind: string, owner: string, uuid: string) =>
        new RegExp(
          `ERROR neutron\\.agent\\.linux\\.external_process \\[-\\] ${kind} for ${owner} with uuid ${uuid} not found\\. The process should not have died\\n` +
            `(.*\\n)*?.*WARNING neutron\\.agent\\.linux\\.external_process \\[-\\] Respawning ${kind} for uuid ${uuid}\\n`,
        )
      t.regex(dhcp, died('dnsmasq', 'dhcp', id))
      t.regex(dhcp, died('metadata-proxy', 'dhcp', id))
      t.regex(l3, died('metadata-proxy', 'router', edge))
      t.notRegex(l3, /dnsmasq/)
      const after = pidsOf(lab.name)
      for (const [service, pid] of Object.entries(before))
        if (!names.includes(service)) t.is(after[service], pid, service)
      await lab.standsWhole()
    },
  )
})

test('while an agent is stopped nobody puts back what it has made, changes do not reach it, and its start makes up for all', async t => {
  await withAgents(t, '2026.1', async ({ idOf, kill, comesBack, fetch, guest, does, ...lab }) => {
    const id = idOf('private')
    const haproxy = await lab.run(['stop', 'haproxy'])
    t.is(haproxy.exitCode, 2)
    t.regex(
      haproxy.stderr,
      /haproxy is no service of its own: neutron-dhcp-agent or neutron-l3-agent starts it\n.*lab stop neutron-dhcp-agent neutron-l3-agent` keeps it from being put back/,
    )

    t.regex(
      await does('stop neutron-dhcp-agent neutron-l3-agent'),
      /what it has made stays, and is not looked after/,
    )
    t.is(await fetch('vm1'), '200', 'the data path stays')
    t.is(await fetch('vm2'), '200')
    await lab.standsWhole()

    const [proxy, dnsmasq] = [kill(`haproxy-${id}`), kill(`dnsmasq-${id}`)]
    const api = kill('nova-api-metadata')
    // the supervisor looks at what is its own all the while
    await comesBack('nova-api-metadata', api)
    t.is(await fetch('vm1'), 'Connection refused')
    t.is(await fetch('vm2'), '200')
    t.is(pidsOf(lab.name)[`haproxy-${id}`], undefined)

    const change = await does('router add-subnet spare private-subnet')
    for (const agent of ['neutron-dhcp-agent', 'neutron-l3-agent'])
      t.regex(change, new RegExp(`^! ${agent}@controller has not heard of it: it is stopped$`, 'm'))
    await lab.run(['instance', 'add', 'late', '--network', 'private=192.168.30.77'])
    const ipv4 = async (namespace: string) =>
      (await addressesIn(namespace, 'eth0')).filter(address => address.startsWith('inet '))
    t.deepEqual(await ipv4(guest('late')), [], 'nobody has told the DHCP agent of it')
    const hosts = () => readFileSync(`/var/lib/lab/${lab.name}/dhcp/${id}/host`, 'utf8')
    t.notRegex(hosts(), /192\.168\.30\.77/)
    const namespaces = async () => await readIn(guest('vm1'), 'ip', 'netns', 'list')
    const spare = `qrouter-${lab.routerId('spare')}`
    const gateways = await readIn(spare, 'ip', '-o', '-4', 'address', 'show')
    t.notRegex(gateways, /192\.168\.30\.1\//, 'nor the L3 agent of the router’s new port')
    t.regex(await namespaces(), new RegExp(spare))

    t.regex(
      await does('start neutron-dhcp-agent neutron-l3-agent'),
      /is started and has synchronized/,
    )
    await comesBack(`dnsmasq-${id}`, dnsmasq)
    t.regex(hosts(), /192\.168\.30\.77/)
    await waitFor('the address of late', async () => (await ipv4(guest('late'))).length > 0, 15_000)
    t.regex(await readIn(spare, 'ip', '-o', '-4', 'address', 'show'), /192\.168\.30\.1\//)
    t.is(pidsOf(lab.name)[`haproxy-${id}`], undefined, 'a routed network needs none')
    t.is(await fetch('late'), '200')
    await does('instance renew vm1')
    t.is(await fetch('vm1'), '200')
    t.false(isAliveAt(proxy))
    await lab.standsWhole()
  })
})

function isAliveAt(pid: number): boolean {
  return identify(pid) !== null
}

test('an agent that was killed finds what was spoilt meanwhile, and what it serves is not disturbed by its death', async t => {
  await withAgents(
    t,
    '2026.1',
    async ({ idOf, routerId, kill, comesBack, fetch, guest, ...lab }) => {
      const [id, edge] = [idOf('private'), routerId('edge')]
      const metadata = {
        by: 'http',
        host: '169.254.169.254',
        port: 80,
        namespace: guest('vm2'),
      } as const
      await withTalks([metadata], async ([talk]) => {
        t.is(await talk?.(), 'HTTP/1.1 200 OK')
        const before = pidsOf(lab.name)
        const supervisor = before.supervisor ?? 0
        process.kill(supervisor, 'SIGSTOP')
        let agents: readonly (readonly [string, number])[] = []
        try {
          agents = ['neutron-dhcp-agent', 'neutron-l3-agent'].map(
            agent => [agent, kill(agent)] as const,
          )
          await waitFor('the end of the agents', () => agents.every(([, pid]) => !isAliveAt(pid)))
          t.is(await fetch('vm1'), '200')
          t.is(await fetch('vm2'), '200')
          const opts = `/var/lib/lab/${lab.name}/dhcp/${id}/opts`
          const said = readFileSync(opts, 'utf8')
          appendFileSync(opts, '\ntag:nobody,option:router,192.0.2.1')
          const redirect = 'PREROUTING -d 169.254.169.254/32'
          await execa('ip', ['netns', 'exec', `qrouter-${edge}`, 'iptables', '-t', 'nat', '-F'])
          t.not(await fetch('vm2'), '200', 'without its rules')
          process.kill(supervisor, 'SIGCONT')
          for (const [agent, pid] of agents) await comesBack(agent, pid)
          await comesBack(`haproxy-${id}`, before[`haproxy-${id}`] ?? 0)
          await waitFor(
            'their synchronization',
            async () => (await statusOf(lab.name)).ended.exitCode === 0,
          )
          t.is(readFileSync(opts, 'utf8'), said)
          t.true(
            (await readIn(`qrouter-${edge}`, 'iptables-save', '-t', 'nat')).includes('9697'),
            redirect,
          )
        } finally {
          process.kill(supervisor, 'SIGCONT')
        }
        t.is(await fetch('vm1'), '200')
        t.is(await fetch('vm2'), '200')
        t.is(
          await talk?.(),
          'HTTP/1.1 200 OK',
          'the L3 agent leaves its proxy, and a connection through it, as it is',
        )
        const after = pidsOf(lab.name)
        t.not(
          after[`dnsmasq-${id}`],
          before[`dnsmasq-${id}`],
          'the DHCP agent enables dnsmasq anew',
        )
        t.not(after[`haproxy-${id}`], before[`haproxy-${id}`], 'and from Victoria on its proxies')
        t.is(after[`haproxy-${edge}`], before[`haproxy-${edge}`])
        t.is(after['udhcpc-vm1-eth0'], before['udhcpc-vm1-eth0'])

        await execa('ip', ['netns', 'delete', `qdhcp-${id}`])
        const agent = kill('neutron-dhcp-agent')
        await comesBack('neutron-dhcp-agent', agent)
        await waitFor(
          'qdhcp to be built again',
          async () => (await statusOf(lab.name)).ended.exitCode === 0,
        )
        await lab.does('instance renew vm1')
        t.is(await fetch('vm1'), '200')
        await lab.standsWhole()
      })
    },
  )
})

test('before Victoria an agent that starts leaves a proxy that runs, and a metadata agent without nova says 500', async t => {
  await withAgents(t, 'ussuri', async ({ idOf, fetch, does, ...lab }) => {
    const id = idOf('private')
    const before = pidsOf(lab.name)
    await does('restart neutron-dhcp-agent')
    const after = pidsOf(lab.name)
    t.not(after[`dnsmasq-${id}`], before[`dnsmasq-${id}`])
    t.is(after[`haproxy-${id}`], before[`haproxy-${id}`])
    const takesPort = async (port: number) => {
      const options = `l3_agent: {metadata_port: ${port}}, dhcp_agent:`
      await withTopologyFile(topologyOf('ussuri').replace('dhcp_agent:', options), async path => {
        const up = await lab.run(['up', path, '--name', lab.name])
        t.is(up.exitCode, 0, up.stderr)
      })
      t.is(await fetch('vm2'), 'Connection refused', 'so it listens where no rule leads')
    }
    await takesPort(9797)
    await does('restart haproxy')
    t.is(await fetch('vm2'), '200', 'and begins with the configuration of its agent')
    await takesPort(9798)
    const ofRouter = `haproxy-${lab.routerId('edge')}`
    await lab.comesBack(ofRouter, lab.kill(ofRouter))
    t.is(await fetch('vm2'), '200', 'also where it has died')
    await lab.standsWhole()
    await does('stop nova-api-metadata')
    t.is(await fetch('vm1'), '500')
    await does('stop neutron-metadata-agent')
    t.is(await fetch('vm1'), '503', 'of haproxy, which finds nobody behind the socket')
    await does('start nova-api-metadata')
    const restarted = await does('restart neutron-metadata-agent@controller')
    t.regex(restarted, /neutron-metadata-agent serves again, pid \d+/, 'as systemctl restart does')
    t.is(await fetch('vm1'), '200')
    await lab.standsWhole()
  })
})

//  network1: edge, DHCP      network2: DHCP      compute1: vm1, vm3      compute2: vm2, vm4
test('what is cut off from the others goes on as it was, and is synchronized when it is joined', async t => {
  await withLab(t, 'hosts', async standing => {
    const { idOf, does, fetch, guest, ...lab } = agentsLab(t, standing)
    const id = idOf('private')
    const pings = async (from: string, to: string) =>
      (await runIn(guest(from), ['busybox', 'ping', '-c', '1', '-W', '2', to])).exitCode === 0
    const addressOf = async (name: string) => {
      const addresses = await addressesIn(guest(name), 'eth0')
      return /inet ([\d.]+)/.exec(addresses.join())?.[1] ?? ''
    }
    const hostsOn = (host: string) =>
      readFileSync(`/var/lib/lab/${lab.name}/hosts/${host}/dhcp/${id}/host`, 'utf8')
    const clients = () =>
      Object.entries(pidsOf(lab.name)).filter(([name]) => /^udhcpc-vm\d/.test(name))
    const before = clients()
    const vm4 = await addressOf('vm4')

    await does('host isolate network1')
    t.not(await fetch('vm3'), '200', 'its router is cut off')
    t.true(await pings('vm3', vm4), 'and guests of two hosts are not')
    await does('instance add late --network private=192.168.30.77 --host compute1')
    t.is(await fetch('late'), '200', 'by the other network host, whose agents answer')
    t.regex(hostsOn('network2'), /192\.168\.30\.77/)
    t.notRegex(hostsOn('network1'), /192\.168\.30\.77/, 'nobody could tell it')
    await does('host join network1')
    t.regex(hostsOn('network1'), /192\.168\.30\.77/)
    t.is(await fetch('vm3'), '200')
    t.deepEqual(clients(), before, 'no lease was lost, and no client began anew')

    await does('host isolate compute1')
    t.true(await pings('vm1', '192.168.30.77'), 'guests of one host have each other')
    t.false(await pings('vm1', '192.168.30.12'))
    t.is(await fetch('vm2'), '200')
    t.is(await addressOf('vm1'), '192.168.30.11', 'the lease stands')
    await lab.standsWhole()
    await does('host join compute1')
    await waitFor('the way to compute2', () => pings('vm1', '192.168.30.12'))
    t.is(await fetch('vm1'), '200')

    await does('host isolate controller')
    await does('instance renew vm2')
    t.true(await pings('vm1', '192.168.30.12'))
    // Until haproxy has waited for 32 s: 504.
    t.is(await fetch('vm2'), 'no answer', 'the agent waits for neutron-server')
    await does('host join controller')
    t.is(await fetch('vm2'), '200')
    t.deepEqual(clients(), before)
    await lab.standsWhole()
  })
})
