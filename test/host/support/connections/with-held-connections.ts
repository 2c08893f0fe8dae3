import { once } from 'node:events'
import { join } from 'node:path'
import { execa } from 'execa'
import type { HoldWish } from './hold-connections.ts'

/** Runs a body while processes in namespaces hold connections; gives how many each had left in the end. */
export async function withHeldConnections(
  wishes: readonly (HoldWish & { readonly namespace: string })[],
  body: () => Promise<void>,
): Promise<number[]> {
  const holders = wishes.map(({ namespace, ...wish }) =>
    execa('ip', ['netns', 'exec', namespace, process.execPath, program, JSON.stringify(wish)], {
      stdin: 'pipe',
      timeout: 120_000,
    }),
  )
  try {
    // One that fails says nothing, and throws below.
    await Promise.all(holders.map(holder => Promise.race([once(holder.stdout, 'data'), holder])))
    await body()
  } finally {
    for (const { stdin } of holders) stdin.end()
  }
  const ended = await Promise.all(holders)
  return ended.map(({ stdout }) => Number(stdout.split('\n')[1]))
}

const program = join(import.meta.dirname, 'hold-connections.ts')
