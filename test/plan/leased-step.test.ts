import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { commandOf } from '../../src/plan/command.ts'
import { leasedStep } from '../../src/plan/leased-step.ts'
import type { ServiceStep } from '../../src/plan/step.ts'
import { planOf } from '../fixtures/planned.ts'

const client = planOf(`
networks: {a: {subnets: [{cidr: 10.0.0.0/24}]}}
instances: {vm1: {networks: [a]}}
`).steps.find((step): step is ServiceStep => step.kind === 'service' && step.service === 'udhcpc')

/** Runs what the wait step runs in the guest's namespace, for less time. */
function wait(lease: string, log: string) {
  const directory = mkdtempSync(join(tmpdir(), 'lab-lease-'))
  const [leaseFile, logFile] = [join(directory, 'eth0.lease'), join(directory, 'udhcpc.log')]
  writeFileSync(leaseFile, lease)
  writeFileSync(logFile, log)
  try {
    if (client === undefined) throw new Error('no client')
    const step = leasedStep({ ...client, logFile }, leaseFile, 'eth0')
    const script = commandOf([step]).argv.at(-1) ?? ''
    return spawnSync('timeout', ['--foreground', '0.3', 'sh', '-c', script], { encoding: 'utf8' })
  } finally {
    rmSync(directory, { recursive: true })
  }
}

test('a lease that is there is waited for no longer', t => {
  t.like(wait('address=10.0.0.5/24\n', 'udhcpc: started\n'), { status: 0, stderr: '' })
})

test('where none comes, the last lines of the client’s log tell why', t => {
  const log = 'udhcpc: old\nudhcpc: started\nudhcpc: broadcasting discover\nudhcpc: no lease\n'
  t.like(wait('', log), {
    status: 124,
    stderr: 'udhcpc: started\nudhcpc: broadcasting discover\nudhcpc: no lease\n',
  })
})
