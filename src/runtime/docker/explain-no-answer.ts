import { isRoot } from '../../linux/is-root.ts'
import type { Refusal } from './engine-unusable.ts'
import { statusOf } from './status-of.ts'
import { suggestRestart } from './suggest-restart.ts'
import { suggestStart } from './suggest-start.ts'

/** What it means that an engine was asked and this came of it; `limitMs` where it was waited for that long in vain. */
export function explainNoAnswer(host: string, error: unknown, limitMs: number | null): Refusal {
  const words = error instanceof Error ? error.message : String(error)
  if (limitMs !== null) {
    const problem = `no answer within ${limitMs / 1000} s`
    return { reason: 'silent', host, problem, remedy: suggestRestart(host) }
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'EACCES' || code === 'EPERM')
    return { reason: 'denied', host, problem: words, remedy: remedyForDenied() }
  // It may have gone between the look at its socket and the question.
  if (code === 'ECONNREFUSED' || code === 'ENOENT') {
    const problem = `nobody listens there (${words})`
    return { reason: 'stopped', host, problem, remedy: suggestStart(host) }
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    const problem = 'it hangs up without an answer'
    return { reason: 'silent', host, problem, remedy: suggestRestart(host) }
  }
  if ((statusOf(error) ?? 0) >= 500)
    return { reason: 'failing', host, problem: words, remedy: suggestRestart(host) }
  return {
    reason: 'no-engine',
    host,
    problem: `what answers is no engine that labs know\n${words}`,
    remedy: 'Look who listens: `ss -lxtp`',
  }
}

function remedyForDenied(): string {
  return isRoot()
    ? 'Something withholds it from root: AppArmor, SELinux, or a container around lab'
    : 'Only root and its group may ask it: use sudo'
}
