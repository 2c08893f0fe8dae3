import { LabError } from '../../lab/lab-error.ts'
import { textOf } from './decode.ts'
import type { Engine } from './engine.ts'
import { suggestStart } from './suggest-start.ts'

type EngineName = Pick<Engine, 'kind' | 'host'>

/**
 * What a failed call of an engine's API means: `what` could not be done, the engine's own words, and what to do about
 * those that are known. `what` is such as `Cannot start container lab-x-dnsmasq-…`.
 */
export function explainEngineError(error: unknown, engine: EngineName, what: string): LabError {
  if (error instanceof LabError) return error
  const words = wordsOf(error)
  const failure = readFailure(error, words)
  const known = KNOWN.find(({ tells }) => tells(failure))
  const lines = [what, `${NAMES[engine.kind]} at ${engine.host}: ${words}`]
  if (known?.meaning !== undefined) lines.push(known.meaning)
  return new LabError(lines.join('\n'), { cause: error, hint: known?.hint(engine, words) })
}

const NAMES = { docker: 'Docker', podman: 'Podman' }

/** Without docker-modem's `(HTTP code 500) server error - `, which says nothing more. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = 'json' in error ? textOf(error.json, 'message') : ''
  return (own || error.message.replace(/^\(HTTP code \d+\) .*? - /, '')).trim()
}

interface Failure {
  readonly code: string
  readonly status: number | null
  readonly words: string
}

function readFailure(error: unknown, words: string): Failure {
  if (!(error instanceof Error)) return { code: '', status: null, words }
  return {
    code: 'code' in error && typeof error.code === 'string' ? error.code : '',
    status: 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : null,
    words,
  }
}

interface Known {
  tells(failure: Failure): boolean
  /** What the words do not say by themselves. */
  readonly meaning?: string
  /** Without it the words are enough. */
  hint(engine: EngineName, words: string): string
}

/** Docker's words, Podman's, runc's and crun's; the first that fits. */
const KNOWN: readonly Known[] = [
  {
    tells: ({ code, status, words }) =>
      status === null && (GONE.has(code) || /socket hang up/.test(words)),
    meaning: 'The engine has gone.',
    hint: ({ host }) => `${suggestStart(host)}; then the same again.`,
  },
  {
    tells: ({ words }) => /no space left on device|disk quota exceeded/i.test(words),
    meaning: 'Its disk is full.',
    hint: ({ kind }) =>
      `\`${kind} system df\` tells what takes it, \`${kind} system prune\` frees what nobody uses.`,
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
    hint: ({ kind }, words) => {
      const holder = /already in use by (?:container )?"?([0-9a-f]{12})/i.exec(words)?.[1]
      return holder === undefined
        ? 'Try again.'
        : `\`${kind} inspect ${holder}\` shows whose it is; \`${kind} rm -f ${holder}\` removes it.`
    },
  },
]

const GONE = new Set(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE'])
