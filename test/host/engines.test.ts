import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ExecutionContext } from 'ava'
import { listTraces } from '../../scripts/list-traces.ts'
import { projectRoot } from '../../src/linux/gather-facts.ts'
import { systemPath } from '../../src/linux/system-path.ts'
import { hostTest } from './support/lab.ts'
import { changesOfMachine, snapshotMachine } from './support/machine.ts'

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  hostTest(`engines started for tests go with the ${signal} of their run`, async t => {
    await checkMachine(t, async look => {
      const run = await holdEngines()
      t.log(run.said)
      await look()
      await run.end(signal)
      return [run.directory]
    })
  })
}

hostTest('engines of a killed run go with the next one', async t => {
  await checkMachine(t, async () => {
    const killed = await holdEngines()
    await killed.end('SIGKILL')
    const next = await holdEngines()
    await next.end('SIGTERM')
    return [killed.directory, next.directory]
  })
})

/**
 * Neither while they run nor afterwards is anything else on the machine. The body gives where they were: others may have
 * engines beside them.
 */
async function checkMachine(
  t: ExecutionContext,
  body: (look: () => Promise<void>) => Promise<readonly string[]>,
): Promise<void> {
  const machine = await snapshotMachine()
  const look = async () => {
    t.deepEqual(changesOfMachine(machine, await snapshotMachine()), [])
  }
  const directories = await body(look)
  t.deepEqual(
    listTraces().filter(trace => directories.some(directory => trace.includes(directory))),
    [],
  )
  await look()
}

/** `make engines`, which is not told of those that the other tests use. */
async function holdEngines() {
  const run = spawn(process.execPath, [join(projectRoot, 'scripts/engines.ts')], {
    env: { PATH: systemPath },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const said: string[] = []
  for await (const line of createInterface({ input: run.stdout })) {
    said.push(line)
    if (said.length === 2) break
  }
  const [directory] = /lab-engines-[^/]+/.exec(said.join('\n')) ?? []
  if (directory === undefined) throw new Error(`No engines: ${said.join('\n')}`)
  return {
    said: said.join('\n'),
    directory,
    end: async (signal: NodeJS.Signals) => {
      run.kill(signal)
      await once(run, 'exit')
    },
  }
}
