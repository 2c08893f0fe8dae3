import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fieldOf, textOf } from './decode.ts'
import { EngineUnusable } from './engine-unusable.ts'

/**
 * The host of a docker context, from the store beneath the CLI's folder (docker/cli cli/context/store). Throws
 * EngineUnusable where there is no such context, or none that can be read.
 */
export function readDockerContext(folder: string, name: string, namedBy: string): string {
  const path = `${folder}/contexts/meta/${createHash('sha256').update(name).digest('hex')}/meta.json`
  const host = textOf(fieldOf(fieldOf(read(path, name, namedBy), 'Endpoints'), 'docker'), 'Host')
  if (host === '') throw unusable(name, namedBy, `it names no engine\n${path}`)
  return host
}

function read(path: string, name: string, namedBy: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw unusable(name, namedBy, problemOf(error, path))
  }
}

function problemOf(error: unknown, path: string): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
    return `there is no such context\n${path} is not there`
  const words = error instanceof Error ? error.message : String(error)
  return `its file cannot be read\n${words.includes(path) ? words : `${path}: ${words}`}`
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
