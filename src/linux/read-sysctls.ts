import { inNetwork } from '../plan/in-network.ts'
import { run } from './run.ts'

/**
 * What sysctls of a network namespace are set to, without those that are not there: a device has its own only as long
 * as it stands. Throws CommandFailed.
 */
export async function readSysctls(
  namespace: string,
  keys: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  if (keys.length === 0) return {}
  const output = await run([...inNetwork(namespace), 'sysctl', '-e', ...keys])
  return Object.fromEntries(output.split('\n').flatMap(parseLine))
}

/** Reads `net.ipv4.ip_forward = 1`. */
function parseLine(line: string): [string, string][] {
  const [key, value] = line.split(' = ')
  return key === undefined || value === undefined ? [] : [[key, value]]
}
