import { join } from 'node:path'
import { execa } from 'execa'
import { projectRoot } from '../../src/linux/gather-facts.ts'

/** The recorded cloud as a topology. */
export const goldenTopology: string = join(import.meta.dirname, 'golden.yaml')

/**
 * Brings the recorded cloud up under a name of its own, and takes it down whatever happens. Throws with what `lab`
 * said where either fails.
 */
export async function withGoldenLab<Result>(
  runtime: string,
  action: (lab: string) => Promise<Result>,
): Promise<Result> {
  const name = `conformance-${process.pid}`
  await runLab(['up', goldenTopology, '--name', name, '--runtime', runtime])
  const [acted] = await Promise.allSettled([action(name)])
  const [down] = await Promise.allSettled([runLab(['down', name])])
  if (down.status === 'fulfilled' && acted.status === 'fulfilled') return acted.value
  if (down.status === 'fulfilled' && acted.status === 'rejected') throw acted.reason
  throw new Error([acted, down].flatMap(wordsOf).join('\n'))
}

function wordsOf(settled: PromiseSettledResult<unknown>): string[] {
  return settled.status === 'rejected' ? [String(settled.reason?.message ?? settled.reason)] : []
}

async function runLab(args: readonly string[]): Promise<void> {
  const { failed, stderr } = await execa(join(projectRoot, 'lab'), args, {
    reject: false,
    stdin: 'ignore',
    // Ctrl-C is for the one who takes the lab down, not for the lab at once.
    detached: true,
  })
  if (failed) throw new Error(`lab ${args.join(' ')}\n${stderr}`)
}
