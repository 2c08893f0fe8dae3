import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { execa } from 'execa'
import { readJournal } from '../../src/lab/journal.ts'
import { readRecord } from '../../src/lab/record.ts'
import { synchronizeAgent } from '../../src/lab/synchronize-agent.ts'
import { environmentOf } from '../../src/linux/environment-of.ts'
import { projectRoot } from '../../src/linux/gather-facts.ts'
import { crash } from './support/crash.ts'
import { processTest as test, waitFor, withLab, withTopologyFile } from './support/lab.ts'
import { namespacesOf, pidsOf, runningOf, statusOf } from './support/services.ts'

/** What is left half-way by a kill, or is told to an agent that cannot hear: nobody takes it for something else. */

const small = `
networks:
  private: {subnets: [{cidr: 192.168.30.0/24}]}
`

test('a kill between the claim of what is new and its making leaves a lab that says so, and lab up goes on', async t => {
  await withTopologyFile(small, path =>
    withLab(t, path, async ({ name, run }) => {
      // A command waits for the end of what commands before it have left, after it has claimed.
      const tool = execa('sh', ['-c', 'trap "" TERM; while :; do read -r _; done'], {
        extendEnv: false,
        env: environmentOf(name),
        reject: false,
      })
      const add = execa(
        join(projectRoot, 'lab'),
        ['--lab', name, 'instance', 'add', 'late', '--network', 'private'],
        { reject: false, stdin: 'ignore' },
      )
      await waitFor('the claim', () => namespacesOf(name).includes(`lab-${name}-late`))
      add.kill('SIGKILL')
      tool.kill('SIGKILL')
      await Promise.all([add, tool])
      const again = await run(['instance', 'add', 'late', '--network', 'private'])
      t.is(again.exitCode, 1)
      t.regex(again.stderr, /does not stand: it is half-built\n.*`.*lab up .*` puts it up/)
      t.is((await run(['up', path, '--name', name])).exitCode, 0)
      t.is((await run(['instance', 'add', 'late', '--network', 'private'])).exitCode, 0)
      t.is((await run(['exec', 'late', '--', 'true'])).exitCode, 0)
      t.deepEqual((await statusOf(name)).differences, [])
    }),
  )
})

test('an agent that is killed while it synchronizes comes to its end with it, and leaves alone what lab down has begun', async t => {
  await withTopologyFile(small, path =>
    withLab(t, path, async ({ name }) => {
      const agent = 'neutron-dhcp-agent'
      const dnsmasq = runningOf(name, 'dnsmasq')
      process.kill(runningOf(name, agent).pid, 'SIGKILL')
      while (readJournal(name).openedBy !== agent) await setImmediate()
      process.kill(runningOf(name, agent).pid, 'SIGKILL')
      t.is(readJournal(name).phase, 'building', 'it was killed in the middle')
      await waitFor('the end of its synchronization', () => readJournal(name).phase === 'stands')
      t.not(runningOf(name, 'dnsmasq').pid, dnsmasq.pid)
      t.deepEqual((await statusOf(name)).differences, [])

      t.true(await crash('crash-down', [name, '2']))
      const pids = pidsOf(name)
      const [host] = readRecord(name)?.cloud.hosts ?? []
      await t.throwsAsync(
        synchronizeAgent({
          lab: name,
          name: agent,
          agent,
          host: host?.name ?? '',
          signal: new AbortController().signal,
        }),
        { message: `Lab ${name} does not stand` },
      )
      t.deepEqual(pidsOf(name), pids)
      t.is(readJournal(name).phase, 'removing')
    }),
  )
})

const hosts = `
neutron: {dhcp_agent: {force_metadata: true}}
hosts:
  control: {roles: [controller, compute]}
  net: {roles: [network]}
networks:
  private: {subnets: [{cidr: 192.168.30.0/24}]}
`

test('an agent that is stopped, or cut off when it starts, leaves what it has made as it is', async t => {
  await withTopologyFile(hosts, path =>
    withLab(t, path, async ({ name, run }) => {
      const does = async (words: string) => {
        const { exitCode, stdout, stderr } = await run(words.split(' '))
        t.is(exitCode, 0, `${words}: ${stderr}`)
        return stdout
      }
      const made = () =>
        Object.entries(pidsOf(name)).filter(([one]) => /^(dnsmasq|haproxy)-/.test(one))
      const before = made()
      t.is(before.length, 2)
      t.is(await does('host join net'), '✔ net was not cut off')
      await does('stop neutron-dhcp-agent')
      await does('host isolate net')
      t.is(
        await does('host join net'),
        '✔ net is joined to the other hosts; no agent of it reaches neutron-server',
      )
      t.deepEqual(made(), before, 'its agent is stopped')
      await does('host isolate control')
      t.is(
        await does('start neutron-dhcp-agent'),
        '✔ neutron-dhcp-agent@net is started and does not reach neutron-server: it knows what it knew',
      )
      t.deepEqual(made(), before, 'there is nothing to fetch')
      t.is(
        await does('host join control'),
        '✔ control is joined to the other hosts\n  neutron-dhcp-agent@net has synchronized',
      )
      t.notDeepEqual(made(), before, 'the agent has fetched all')
      t.deepEqual((await statusOf(name)).differences, [])
      t.is(
        await does('host isolate control'),
        '✔ control is cut off from the other hosts\n  neutron-server is out of reach of neutron-dhcp-agent@net, which keeps what it knows',
      )
    }),
  )
})
