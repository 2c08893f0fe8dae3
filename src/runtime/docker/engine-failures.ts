import { engineCommand } from '../../plan/docker-run.ts'
import { quoteCommand } from '../../plan/shell-quote.ts'
import { CALL_LIMIT_MS } from './call-limit-ms.ts'
import type { Engine } from './engine.ts'
import { suggestRestart } from './suggest-restart.ts'
import { suggestStart } from './suggest-start.ts'

/** What is told of an engine. */
export type EngineName = Pick<Engine, 'kind' | 'host'>

/** A call of the API that did not succeed. */
export interface EngineFailure {
  readonly code: string
  readonly status: number | null
  readonly words: string
}

interface Known {
  tells(failure: EngineFailure): boolean
  /** What the words do not say by themselves. */
  readonly meaning?: string
  hint(engine: EngineName, words: string): string
}

/** What is known of failures by Docker's words, Podman's, runc's and crun's; the first that fits counts. */
export const engineFailures: readonly Known[] = [
  {
    tells: ({ code, status, words }) =>
      status === null && (GONE.has(code) || /^connect ENOENT|socket hang up/.test(words)),
    meaning: 'The engine has gone.',
    hint: ({ host }) => `${suggestStart(host)}; then the same again.`,
  },
  {
    tells: ({ code }) => code === 'ABORT_ERR',
    meaning: `It has not answered within ${CALL_LIMIT_MS / 1000} s.`,
    hint: ({ host }) => `${suggestRestart(host)}; then the same again.`,
  },
  {
    tells: ({ words }) => /no space left on device|disk quota exceeded/i.test(words),
    meaning: 'Its disk is full.',
    hint: engine =>
      `\`${cli(engine)} system df\` tells what takes it, \`${cli(engine)} system prune\` frees what nobody uses.`,
  },
  {
    tells: ({ words }) => /no such image|image not known/i.test(words),
    hint: (_engine, words) =>
      /localhost\/lab:/.test(words)
        ? 'The image was removed meanwhile; `lab up` loads it again.'
        : 'Load it or pull it first, or leave out --image: lab makes one by itself.',
  },
  {
    tells: ({ words }) =>
      /bind source path does not exist|statfs .*no such file|error (stating|mounting) .*no such file|cannot find specified network namespace/i.test(
        words,
      ),
    meaning: "The file is this machine's, and the engine sees other files, or it has just gone.",
    hint: ({ host }) =>
      `Is ${host} an engine of this machine? One in a virtual machine, in a container or behind ssh cannot run a lab.`,
  },
  {
    tells: ({ words }) => /executable file .*not found/i.test(words),
    meaning: 'The image lacks a program that lab calls.',
    hint: () =>
      'The Dockerfile of lab shows what an image must bring; without --image lab makes one by itself.',
  },
  {
    tells: ({ words }) => /cgroups in hybrid mode not supported/i.test(words),
    meaning: "crun cannot use this machine's cgroups, of which some are v1 and some v2; runc can.",
    hint: () =>
      'Install runc, and set `runtime = "runc"` below `[engine]` in /etc/containers/containers.conf.',
  },
  {
    tells: ({ words }) => /setrlimit|setting rlimit/i.test(words),
    meaning: 'It asks for more than its own limits, and lacks CAP_SYS_RESOURCE to raise them.',
    hint: ({ kind }) =>
      kind === 'podman'
        ? 'Lower `default_ulimits` below `[containers]` in /etc/containers/containers.conf, or start it with higher ones (`ulimit -n`, `ulimit -u`).'
        : 'Lower `default-ulimits` in /etc/docker/daemon.json, or start it with higher ones (`ulimit -n`, `ulimit -u`).',
  },
  {
    tells: ({ words }) => /name .* is already in use/i.test(words),
    hint: (engine, words) => {
      const holder = /already in use by (?:container )?"?([0-9a-f]{12})/i.exec(words)?.[1]
      return holder === undefined
        ? 'Try again.'
        : `\`${cli(engine)} inspect ${holder}\` shows whose it is; \`${cli(engine)} rm -f ${holder}\` removes it.`
    },
  },
]

const GONE = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE'])

function cli(engine: EngineName): string {
  return quoteCommand(engineCommand(engine))
}
