import { type Finding, ok, unchecked, warning } from '../../linux/machine/finding.ts'
import { askEngine } from './ask-engine.ts'
import { EngineUnusable, type Refusal } from './engine-unusable.ts'
import type { Environment } from './resolve-endpoint.ts'
import { tryEndpoints } from './try-endpoints.ts'

/** For doctor: which engine a lab's containers would run on. Without one, labs run as processes. */
export async function checkEngine(environment: Environment): Promise<Finding> {
  try {
    const { kind, version, host } = await tryEndpoints(environment, ask)
    return ok(SUBJECT, `${kind === 'docker' ? 'Docker' : 'Podman'} ${version} at ${host}`)
  } catch (error) {
    if (!(error instanceof EngineUnusable)) throw error
    return judge(error.refusal, error.message)
  }

  function ask(host: string) {
    return askEngine(host, { environment, timeoutMs: TIMEOUT_MS })
  }
}

/** Less than `lab up` waits: doctor is looked at. */
const TIMEOUT_MS = 2000

function judge({ reason, remedy }: Refusal, message: string): Finding {
  if (reason === 'denied') return unchecked(SUBJECT, message, 'sudo lab doctor')
  const sentences = [...message.split('\n'), 'Labs run as processes']
  return warning(SUBJECT, sentences.map(line => line.replace(/\.$/, '')).join('. '), remedy)
}

const SUBJECT = {
  id: 'container-engine',
  title: 'Container engine',
  why: "a lab's services can stand in its containers, as with Kolla and TripleO",
}
