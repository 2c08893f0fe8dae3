import { EngineUnusable } from './engine-unusable.ts'

/**
 * The host that the docker CLI makes of DOCKER_HOST (docker/cli opts/hosts.go ParseHost): without a scheme it is a name
 * to reach by TCP, a path too. Throws EngineUnusable where the CLI refuses it.
 */
export function parseDockerHost(text: string, isTls: boolean): string {
  const trimmed = text.trim()
  if (trimmed === '') return isTls ? 'tcp://localhost:2376' : DEFAULT_SOCKET
  const [, scheme = 'tcp', address = ''] = /^(?:(.*?):\/\/)?(.*)$/s.exec(trimmed) ?? []
  if (['ssh', 'npipe', 'fd'].includes(scheme)) return trimmed
  if (scheme === 'unix' && !address.includes('://'))
    return address === '' ? DEFAULT_SOCKET : trimmed
  const [whole, bracketed, name, port, path = ''] = TCP_ADDRESS.exec(address) ?? []
  if (scheme !== 'tcp' || whole === undefined) throw unreadable(trimmed)
  const host = bracketed ?? (name || 'localhost')
  return `tcp://${host}:${port || '2375'}${path}`
}

const DEFAULT_SOCKET = 'unix:///var/run/docker.sock'

/** An IPv6 address is only read with its port. */
const TCP_ADDRESS = /^(?:(\[[^\]/]+\])(?=:\d)|([^:/[\]]*))(?::(\d*))?(\/.*)?$/

function unreadable(host: string): EngineUnusable {
  const refusal = {
    reason: 'misnamed',
    host,
    problem: 'that is no address of an engine',
    remedy: 'DOCKER_HOST is one such as unix:///var/run/docker.sock; or `unset DOCKER_HOST`',
  } as const
  return new EngineUnusable(refusal, { message: `DOCKER_HOST=${host}: ${refusal.problem}` })
}
