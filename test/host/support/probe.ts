import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { readIn } from './namespace.ts'
import type { Exchanged, Target } from './probe-network.ts'

const program = fileURLToPath(new URL('./probe-network.ts', import.meta.url))

/** Addresses of other clouds' services: a name server and a clock. */
export const beside169254169254: readonly Target[] = ['169.254.169.253', '169.254.169.123'].flatMap(
  address => [
    { protocol: 'tcp', address, port: 80 },
    { protocol: 'udp', address, port: 53 },
    { protocol: 'udp', address, port: 123 },
  ],
)

/** What comes back to a guest of a megabyte by TCP, and of a datagram, from one that echoes. */
export async function exchangeWith(
  namespace: string,
  address: string,
  datagramBytes: number,
): Promise<Exchanged> {
  return await probe(namespace, 'exchange', address, `${datagramBytes}`)
}

/** The DHCP servers that offer a guest an address: `most`, or those before a second's silence. */
export async function offersTo(
  namespace: string,
  macAddress: string,
  most: number,
): Promise<string[]> {
  return await probe(namespace, 'offers', macAddress, `${most}`)
}

/** Those of the targets that answer a guest in 0.6 s, be it with a refusal. */
export async function answeringTo(
  namespace: string,
  targets: readonly Target[],
): Promise<string[]> {
  return await probe(namespace, 'answering', JSON.stringify(targets))
}

/** While the body runs, a guest sends back what comes. */
export async function whileEchoing(namespace: string, body: () => Promise<void>): Promise<void> {
  const echo = execa('ip', ['netns', 'exec', namespace, process.execPath, program, 'echo'])
  try {
    await Promise.race([once(echo.stdout, 'data'), echo])
    await body()
  } finally {
    echo.stdin.end()
    await echo
  }
}

async function probe<Answer>(namespace: string, ...words: readonly string[]): Promise<Answer> {
  return JSON.parse(await readIn(namespace, process.execPath, program, ...words))
}
