import { join } from 'node:path'
import { execa } from 'execa'
import type { SenderSeen, SenderWish } from './raw-sender.ts'

/** Sends attacks from a guest's namespace. */
export async function sendFrom(namespace: string, wish: SenderWish): Promise<SenderSeen[]> {
  const { stdout } = await execa('ip', inNamespace(namespace, 'raw-sender.ts'), {
    input: JSON.stringify(wish),
    timeout: 120_000,
    maxBuffer: 500_000_000,
  })
  return JSON.parse(stdout)
}

/** How often guests were told what, while a body ran. */
export async function askMeanwhile(
  urls: Readonly<Record<string, string>>,
  body: () => Promise<void>,
): Promise<Readonly<Record<string, Readonly<Record<string, number>>>>> {
  const asking = Object.entries(urls).map(([namespace, url]) => {
    const child = execa('ip', [...inNamespace(namespace, 'keep-asking.ts'), url], { stdin: 'pipe' })
    return { namespace, child, begun: firstLineOf(child.stdout) }
  })
  try {
    await Promise.all(asking.map(({ begun }) => begun))
    await body()
  } finally {
    for (const { child } of asking) child.stdin.end()
  }
  const told = asking.map(async ({ namespace, child }) => {
    const { stdout } = await child
    return [namespace, JSON.parse(stdout.split('\n')[1] ?? '')] as const
  })
  return Object.fromEntries(await Promise.all(told))
}

function firstLineOf(output: NodeJS.ReadableStream): Promise<void> {
  return new Promise(resolve => output.once('data', () => resolve()))
}

function inNamespace(namespace: string, program: string): string[] {
  return ['netns', 'exec', namespace, process.execPath, join(import.meta.dirname, program)]
}
