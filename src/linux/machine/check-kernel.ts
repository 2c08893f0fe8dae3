import { quoteWord } from '../../plan/shell-quote.ts'
import { CommandFailed } from '../command-failed.ts'
import { isRoot } from '../is-root.ts'
import { run } from '../run.ts'
import { type Finding, missing, ok, unchecked, warning } from './finding.ts'
import { type Probe, probes } from './kernel-probes.ts'

/**
 * Tries what a lab asks of the kernel in a network and mount namespace that only one child process is in: whatever
 * ends it, the kernel takes everything back.
 */
export async function checkKernel(): Promise<readonly Finding[]> {
  if (!isRoot()) {
    const found = `only root can try ${probes.map(probe => probe.title).join(', ')}`
    return [unchecked(NAMESPACES, found, 'sudo lab doctor')]
  }
  try {
    const output = await run(UNSHARE, { stdin: scriptOf(probes), timeoutMs: LIMIT_MS })
    return [ok(NAMESPACES, 'can be made'), ...readOutput(output)]
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error
    return [
      missing(
        NAMESPACES,
        error.message,
        'Run lab on a machine, in a virtual machine, or in a container with --privileged',
      ),
    ]
  }
}

// Without --fork: unshare becomes the shell, so that to kill the child is to end the namespaces.
const UNSHARE = ['unshare', '--net', '--mount', '--propagation', 'private', 'sh'] as const
const LIMIT_MS = 20_000

/** Prints a line for each probe: its id, a tab, and what its command said if it failed. */
function scriptOf(all: readonly Probe[]): string {
  const define = `probe() { if said=$(eval "$2" 2>&1); then echo "$1"; else printf '%s\\t%s\\n' "$1" "\${said:-failed}" | tr '\\n' ' '; echo; fi; }`
  return [define, ...all.map(probe => `probe ${probe.id} ${quoteWord(probe.command)}`), ''].join(
    '\n',
  )
}

function readOutput(output: string): readonly Finding[] {
  const answers = new Map(output.split('\n').map(line => splitAtTab(line)))
  return probes.map(probe => judge(probe, answers.get(probe.id)))
}

function splitAtTab(line: string): readonly [string, string] {
  const [id = '', said = ''] = line.split('\t')
  return [id, said.trim()]
}

function judge(
  { command, remedy, isOptional, ...subject }: Probe,
  said: string | undefined,
): Finding {
  if (said === undefined) return unchecked(subject, 'was not reached', 'sudo lab doctor')
  if (said === '') return ok(subject, 'can be used')
  if (SHELL_LACKS_PROGRAM.test(said)) return unchecked(subject, said, 'lab doctor --install')
  return (isOptional ? warning : missing)(subject, `${command}: ${said}`, remedy)
}

/** dash: `sh: 1: eval: ip: not found`; bash: `sh: line 1: ip: command not found`. modprobe's words are others. */
const SHELL_LACKS_PROGRAM = /^\S*sh: (line )?\d+: (eval: )?[\w.-]+: (command )?not found/

const NAMESPACES = {
  id: 'namespaces',
  title: 'Network namespaces',
  why: 'each network, router, guest and host stands in one',
}
