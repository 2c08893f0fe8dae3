import { inNetwork } from '../plan/in-network.ts'
import { run } from './run.ts'

/** What iptables-save, or ip6tables-save, shows in a network namespace. Throws CommandFailed. */
export async function readRules(namespace: string, family: 4 | 6): Promise<string> {
  const program = family === 4 ? 'iptables-save' : 'ip6tables-save'
  return await run([...inNetwork(namespace), program])
}
