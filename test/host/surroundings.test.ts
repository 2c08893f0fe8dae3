import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { execa } from 'execa'
import { findTools } from '../../src/lab/find-tools.ts'
import { readRecord } from '../../src/lab/record.ts'
import { restartServices } from '../../src/lab/restart-services.ts'
import { environmentOf } from '../../src/linux/environment-of.ts'
import { projectRoot } from '../../src/linux/gather-facts.ts'
import {
  commandLineOf,
  environmentOfProcess,
  liveProcesses,
  type ProcessIdentity,
} from '../../src/linux/process-table.ts'
import { lab, randomLabName, hostTest as test, waitFor, withLab } from './support/lab.ts'
import { changesOfMachine, snapshotMachine } from './support/machine.ts'
import { runningOf, statusOf } from './support/services.ts'

test('a lab serves metadata although its builder hides new files from all others', async t => {
  const before = await snapshotMachine()
  const name = randomLabName()
  const script = `umask 077; exec ${join(projectRoot, 'lab')} up dhcp-mode --name ${name}`
  const { exitCode, stderr } = await execa('sh', ['-c', script], { reject: false, stdin: 'ignore' })
  t.is(exitCode, 0, stderr)
  const url = 'http://169.254.169.254/latest/meta-data/instance-id'
  const fetched = await lab(['--lab', name, 'exec', 'vm1', '--', 'curl', '-sf', '-m', '5', url])
  t.regex(fetched.stdout, /^i-\w+/)
  t.is((await lab(['down', name])).exitCode, 0)
  t.deepEqual(changesOfMachine(before, await snapshotMachine()), [])
})

test('a reader that has enough of the answer ends it quietly', t => {
  const script = `${join(projectRoot, 'lab')} up --dry-run router-mode | head -1`
  const { stdout, stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8' })
  t.regex(stdout, /^#!/)
  t.is(stderr, '')
  return Promise.resolve()
})

test('what an interrupted restart has stopped its watcher puts back', async t => {
  await withLab(t, 'dhcp-mode', async ({ name }) => {
    const record = readRecord(name)
    if (record === null) return t.fail()
    const haproxy = runningOf(name, 'haproxy')
    const controller = new AbortController()
    const restarting = restartServices(record, 'haproxy', controller.signal)
    setImmediate(() => controller.abort(new Error('Ctrl-C')))
    await t.throwsAsync(restarting, { message: 'Ctrl-C' })
    await waitFor('all is whole', async () => (await statusOf(name)).ended.exitCode === 0)
    t.not(runningOf(name, 'haproxy').pid, haproxy.pid)
  })
})

test("what runs in a container is not this lab's, whatever lab it says it is of", async t => {
  const name = randomLabName()
  const container = spawn('unshare', ['--pid', '--fork', 'sleep', '300'], {
    stdio: 'ignore',
    env: environmentOf(name),
  })
  await waitFor('sleep runs', () => sleepersOf(name).length === 1)
  t.deepEqual(
    findTools(name).map(({ pid }) => pid),
    [container.pid],
  )
  for (const { pid } of sleepersOf(name)) process.kill(pid, 'SIGKILL')
  await once(container, 'exit')
})

function sleepersOf(name: string): ProcessIdentity[] {
  return liveProcesses().filter(
    ({ pid }) =>
      environmentOfProcess(pid).get('LAB') === name && commandLineOf(pid) === 'sleep 300',
  )
}
