import { inNetwork } from '../plan/in-network.ts'
import { run } from './run.ts'

/** What sysctls of a network namespace are set to, in the order of the keys. Throws CommandFailed. */
export async function readSysctls(
  namespace: string,
  keys: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const output = await run([...inNetwork(namespace), 'sysctl', '-n', ...keys])
  const values = output.split('\n')
  return Object.fromEntries(keys.map((key, index) => [key, values[index] ?? '']))
}
