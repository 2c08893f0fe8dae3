import { globSync } from 'node:fs'
import { filesWithEngines } from './files-with-engines.ts'

/** Tests that bring up labs of processes. */
export function hostFiles(): {
  /** On the machine itself: they are about its network, firewall, packages, engines and what others have on it. */
  readonly onMachine: readonly string[]
  /** All others, each in a world of its own; those that take longest come first. */
  readonly inWorlds: readonly string[]
} {
  const { host: withEngines } = filesWithEngines()
  const all = globSync('test/host/**/*.test.ts').filter(file => !withEngines.includes(file))
  const others = all.filter(file => !ON_MACHINE.includes(file) && !LONGEST.includes(file)).sort()
  return { onMachine: ON_MACHINE, inWorlds: [...LONGEST, ...others] }
}

/**
 * What a world of its own does not have, and one at least of each kind: wired, served, stopped half-way, several at once,
 * taken away.
 */
const ON_MACHINE = [
  'bad-input',
  'cloud-init',
  'cloud-init-golden',
  'concurrency',
  'dhcp-mode',
  'engines',
  'foreign-state',
  'interrupt',
  'isolation',
  'metadata-elsewhere',
  'neutron-rules',
  'router-mode',
  'several',
  'strangers',
  'surroundings',
  'undo-failure',
].map(inHost)

/** Half a minute and more of a processor. */
const LONGEST = ['kill-anywhere', 'forged-headers', 'agents', 'again', 'decision-rows'].map(inHost)

function inHost(name: string): string {
  return `test/host/${name}.test.ts`
}
