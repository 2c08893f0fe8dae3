import { dockerRun } from './docker-run.ts'
import { inNetwork } from './in-network.ts'
import type { RulesStep, ServiceStep, Step, WaitStep } from './step.ts'

/** One process to run: what `lab up` starts and what `lab up --dry-run` prints. */
export interface Command {
  readonly argv: readonly [string, ...string[]]
  readonly stdin?: string
  /** Kept running in the background with its output here; done when the pid file is written. */
  readonly service?: ServiceStep
}

/** Steps that a process carries out, as against files and directories. */
export type CommandStep = Exclude<Step, { kind: 'file' | 'directory' }>

export function isCommandStep(step: Step): step is CommandStep {
  return step.kind !== 'file' && step.kind !== 'directory'
}

/**
 * Steps with the same key that are ready together go as one process: `ip -batch` of one namespace is about twenty
 * times faster than a process for each line. Null: the step goes alone.
 */
export function batchKeyOf(step: CommandStep): string | null {
  switch (step.kind) {
    case 'netns':
    case 'sysctl':
      return 'netns'
    case 'ip':
      return `ip ${step.namespace}`
    default:
      return null
  }
}

/** The command that makes steps of one batch (see `batchKeyOf`); a single step is a batch of one. */
export function commandOf(steps: readonly [CommandStep, ...CommandStep[]]): Command {
  const [first] = steps
  switch (first.kind) {
    case 'netns':
    case 'sysctl':
      return batch(['ip', '-batch', '-'], steps.flatMap(namespaceLines))
    case 'ip':
      return batch(
        [...inNetwork(first.namespace), 'ip', '-batch', '-'],
        ofKind(steps, 'ip').flatMap(step => step.lines),
      )
    case 'rules':
      return restoreRules(first)
    case 'service':
      return serviceCommand(first)
    case 'image':
      return { argv: first.argv }
    case 'wait':
      return waitCommand(first)
    case 'certificates':
      return { argv: ['sh', '-ec', first.script] }
  }
}

/** The command that takes away what `commandOf` made; null where it goes with its namespace. */
export function removeCommandOf(steps: readonly [CommandStep, ...CommandStep[]]): Command | null {
  const [first] = steps
  switch (first.kind) {
    case 'netns':
      return batch(
        ['ip', '-force', '-batch', '-'],
        ofKind(steps, 'netns').map(step => `netns delete ${step.namespace}`),
      )
    case 'ip': {
      const lines = ofKind(steps, 'ip').flatMap(step => step.removeLines)
      return lines.length === 0
        ? null
        : batch([...inNetwork(first.namespace), 'ip', '-force', '-batch', '-'], lines)
    }
    case 'rules':
      return { ...restoreRules(first), stdin: emptyTables(first.rules) }
    default:
      return null
  }
}

function ofKind<K extends CommandStep['kind']>(
  steps: readonly CommandStep[],
  kind: K,
): Extract<CommandStep, { kind: K }>[] {
  return steps.filter((step): step is Extract<CommandStep, { kind: K }> => step.kind === kind)
}

function batch(argv: Command['argv'], lines: readonly string[]): Command {
  return { argv, stdin: `${lines.join('\n')}\n` }
}

/** `ip -batch` makes a namespace and runs programs in it as well, with no process of ip's own for each. */
function namespaceLines(step: CommandStep): string[] {
  if (step.kind === 'netns') return [`netns add ${step.namespace}`]
  if (step.kind !== 'sysctl') return []
  const settings = Object.entries(step.settings).map(([key, value]) => `${key}=${value}`)
  // the DHCP agent of before Juno sets nothing
  if (settings.length === 0) return []
  return [`netns exec ${step.namespace} sysctl -qw ${settings.join(' ')}`]
}

function restoreRules({ namespace, family, rules: stdin }: RulesStep): Command {
  const program = RESTORE[family]
  return { argv: [...inNetwork(namespace), ...program], stdin }
}

/** A lab stands without bridges' rules on a machine that cannot have them: one whose kernel refuses them everywhere. */
const RESTORE: Readonly<Record<RulesStep['family'], readonly string[]>> = {
  4: ['iptables-restore'],
  6: ['ip6tables-restore'],
  bridge: [
    'sh',
    '-c',
    'rules=$(cat); echo "$rules" | ebtables-nft-restore || ! echo "$rules" | unshare --net ebtables-nft-restore 2>/dev/null',
  ],
}

/** Input of iptables-restore that leaves the tables of some rules without rules and chains of their own. */
function emptyTables(rules: string): string {
  const tables = rules.split('\n').filter(line => line.startsWith('*'))
  return tables.map(table => `${table}\nCOMMIT\n`).join('')
}

function serviceCommand(step: ServiceStep): Command {
  if (step.container !== undefined) return { argv: dockerRun(step.container), service: step }
  const environment = Object.entries(step.environment).map(([key, value]) => `${key}=${value}`)
  const prefix = environment.length === 0 ? [] : ['env', ...environment]
  const [program = '', ...rest] = [...prefix, ...step.argv]
  if (step.namespace === null) return { argv: [program, ...rest], service: step }
  return { argv: ['ip', 'netns', 'exec', step.namespace, program, ...rest], service: step }
}

function waitCommand(step: WaitStep): Command {
  const loop =
    step.meanwhile === undefined
      ? `until ${step.until}; do sleep 0.05; done`
      : `n=0; until ${step.until}; do sleep 0.05; n=$((n + 1)); [ $((n % ${ASK_AFTER_LOOKS})) != 0 ] || { ${step.meanwhile}; }; done`
  const { namespace, timeoutSeconds, log } = step
  const argv = [`${timeoutSeconds}`, ...inNetwork(namespace), 'sh', '-c']
  if (log === undefined) return { argv: ['timeout', ...argv, loop] }
  return { argv: ['timeout', '--foreground', ...argv, `${tellAtEnd(log)}; ${loop}`] }
}

/** `timeout` ends the loop by SIGTERM; in the foreground it leaves its sleep, of whose end the shell would tell. */
function tellAtEnd(log: string): string {
  return `trap 'tail -n 3 "${log}" >&2; exit 1' TERM`
}

/** Five seconds: longer than duplicate address detection, which asking may begin anew. */
const ASK_AFTER_LOOKS = 100
