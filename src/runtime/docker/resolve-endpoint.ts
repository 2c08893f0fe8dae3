import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { textOf } from './decode.ts'
import { parseDockerHost } from './parse-docker-host.ts'
import { readDockerContext } from './read-docker-context.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Endpoint {
  /** `unix:///var/run/docker.sock`, `tcp://…`, `ssh://…` */
  readonly host: string
  /** Who names it; null where it is only docker's default. */
  readonly namedBy: string | null
}

/**
 * The engine that the docker CLI would talk to: of DOCKER_HOST, of the context that DOCKER_CONTEXT names, or of the
 * one in use (docker/cli cli/command/cli.go resolveContextName). With sudo that is root's, as with `sudo docker`: it
 * keeps neither these variables nor the user's HOME. Throws EngineUnusable for a host or context that is none.
 */
export function resolveEndpoint(environment: Environment): Endpoint {
  const isTls = Boolean(environment.DOCKER_TLS_VERIFY)
  if (environment.DOCKER_HOST)
    return { host: parseDockerHost(environment.DOCKER_HOST, isTls), namedBy: 'DOCKER_HOST' }
  const folder = dockerFolderOf(environment)
  const chosen = chosenContext(environment, folder)
  if (chosen.name === '' || chosen.name === 'default')
    return { host: parseDockerHost('', isTls), namedBy: isTls ? 'DOCKER_TLS_VERIFY' : null }
  return {
    host: readDockerContext(folder, chosen.name, chosen.namedBy),
    namedBy: `The docker context "${chosen.name}", of ${chosen.namedBy},`,
  }
}

/** Where the docker CLI keeps its settings. */
export function dockerFolderOf(environment: Environment): string {
  return environment.DOCKER_CONFIG || `${environment.HOME || homedir()}/.docker`
}

function chosenContext(
  environment: Environment,
  folder: string,
): { readonly name: string; readonly namedBy: string } {
  if (environment.DOCKER_CONTEXT)
    return { name: environment.DOCKER_CONTEXT, namedBy: 'DOCKER_CONTEXT' }
  const path = `${folder}/config.json`
  return { name: textOf(readLeniently(path), 'currentContext'), namedBy: path }
}

/** The CLI too goes on without a file that it cannot read; it would say so at each of its own commands. */
function readLeniently(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}
