import { inNetwork } from '../plan/in-network.ts'
import type { RulesStep } from '../plan/step.ts'
import { CommandFailed } from './command-failed.ts'
import { run } from './run.ts'

/** What iptables-save, or its like of the family, shows in a network namespace. Throws CommandFailed. */
export async function readRules(namespace: string, family: RulesStep['family']): Promise<string> {
  return await run([...inNetwork(namespace), SAVE[family]])
}

const SAVE: Readonly<Record<RulesStep['family'], string>> = {
  4: 'iptables-save',
  6: 'ip6tables-save',
  bridge: 'ebtables-nft-save',
}

/**
 * A bridge's rules as this machine's ebtables prints them, tried in a namespace that goes with the command; null where
 * the machine cannot have them: it has no ebtables, or its kernel refuses.
 */
export async function printRules(rules: string): Promise<string | null> {
  const script = 'ebtables-nft-restore && exec ebtables-nft-save'
  try {
    return await run(['unshare', '--net', 'sh', '-c', script], { stdin: rules })
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error
    return null
  }
}
