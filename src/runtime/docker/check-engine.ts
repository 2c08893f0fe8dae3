import { isRoot } from '../../linux/is-root.ts'
import { type Finding, ok, unchecked, warning } from '../../linux/machine/finding.ts'
import { askEngine } from './ask-engine.ts'
import { describeEngine } from './describe-engine.ts'
import { EngineUnusable, type Refusal } from './engine-unusable.ts'
import type { Environment } from './resolve-endpoint.ts'
import { tryEndpoints } from './try-endpoints.ts'

/** For doctor: which engine a lab's containers would run on. Without one, labs run as processes. */
export async function checkEngine(
  environment: Environment,
  timeoutMs = TIMEOUT_MS,
): Promise<Finding> {
  try {
    const engine = await tryEndpoints(environment, ask)
    return ok(SUBJECT, `${describeEngine(engine)} at ${engine.host}`)
  } catch (error) {
    if (!(error instanceof EngineUnusable)) throw error
    return judge(error.refusal, error.message)
  }

  function ask(host: string) {
    return askEngine(host, { environment, timeoutMs })
  }
}

/** Less than `lab up` waits: doctor is looked at. */
const TIMEOUT_MS = 5000

function judge({ reason, remedy }: Refusal, message: string): Finding {
  const lines = message.split('\n')
  // Who is not root has settings, and perhaps an engine, of his own; labs are root's.
  if (reason === 'denied' || (reason === 'rootless' && !isRoot()))
    return unchecked(SUBJECT, inOneLine(lines), 'sudo lab doctor')
  return warning(SUBJECT, inOneLine([...lines, 'Labs run as processes']), remedy)
}

function inOneLine(lines: readonly string[]): string {
  return lines.map(line => line.replace(/\.$/, '')).join('. ')
}

const SUBJECT = {
  id: 'container-engine',
  title: 'Container engine',
  why: "a lab's services can stand in its containers, as with Kolla and TripleO",
}
