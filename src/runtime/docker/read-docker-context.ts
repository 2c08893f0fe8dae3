import { createHash } from 'node:crypto'
import { readIfThere } from '../../lab/read-if-there.ts'
import { fieldOf, textOf } from './decode.ts'
import { EngineUnusable } from './engine-unusable.ts'

/**
 * The host of a docker context, from the store beneath the CLI's folder (docker/cli cli/context/store). Throws
 * EngineUnusable where there is no such context, or none that can be read.
 */
export function readDockerContext(folder: string, name: string, namedBy: string): string {
  const path = `${folder}/contexts/meta/${createHash('sha256').update(name).digest('hex')}/meta.json`
  const text = readIfThere(path)
  if (text === null) throw unusable(name, namedBy, `there is no such context\n${path} is not there`)
  try {
    const endpoint = fieldOf(fieldOf(JSON.parse(text), 'Endpoints'), 'docker')
    return textOf(endpoint, 'Host') || 'unix:///var/run/docker.sock'
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw unusable(name, namedBy, `its file cannot be read\n${path}: ${cause.message}`)
  }
}

function unusable(name: string, namedBy: string, problem: string): EngineUnusable {
  const remedy =
    namedBy === 'DOCKER_CONTEXT'
      ? '`docker context ls` lists those there are; or `unset DOCKER_CONTEXT`'
      : '`docker context ls` lists those there are; `docker context use default` takes none of them'
  const refusal = { reason: 'misnamed', host: `context ${name}`, problem, remedy } as const
  const [first, ...more] = problem.split('\n')
  const message = [`Docker context "${name}", which ${namedBy} names: ${first}`, ...more].join('\n')
  return new EngineUnusable(refusal, { message })
}
