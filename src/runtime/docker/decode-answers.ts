import type { IncomingHttpHeaders } from 'node:http'
import { fieldOf, textOf } from './decode.ts'

/** What an engine says of itself. */
export interface Answers {
  readonly kind: 'docker' | 'podman'
  readonly version: string
  /** Of Docker's API: `1.41`. */
  readonly apiVersion: string
  readonly isRootless: boolean
  readonly osType: string
  /** Of the machine that it runs on, in its own spelling: `x86_64`, `amd64`. */
  readonly architecture: string
  readonly name: string
  readonly kernel: string
  readonly operatingSystem: string
}

/** Reads the headers of `/_ping` and the body of `/info`. Throws an Error where an engine would not have written them. */
export function decodeAnswers(headers: IncomingHttpHeaders, body: string): Answers {
  const info = parse(body)
  const apiVersion = headers['api-version']
  if (typeof apiVersion !== 'string' || !/^\d+\.\d+$/.test(apiVersion))
    throw new Error('GET /_ping: no Api-Version in the answer')
  return {
    kind: kindOf(headers),
    version: textOf(info, 'ServerVersion'),
    apiVersion,
    isRootless: fieldOf(info, 'Rootless') === true || hasRootlessOption(info),
    osType: textOf(info, 'OSType'),
    architecture: textOf(info, 'Architecture'),
    name: textOf(info, 'Name'),
    kernel: textOf(info, 'KernelVersion'),
    operatingSystem: textOf(info, 'OperatingSystem'),
  }
}

/** Of the headers of any answer. */
export function kindOf(headers: IncomingHttpHeaders): Answers['kind'] {
  return headers['libpod-api-version'] === undefined ? 'docker' : 'podman'
}

function parse(body: string): unknown {
  try {
    const info: unknown = JSON.parse(body)
    if (textOf(info, 'ServerVersion') !== '') return info
  } catch {
    // Told below, with how it begins.
  }
  throw new Error(`GET /info: ${JSON.stringify(body.slice(0, 60))}`)
}

function hasRootlessOption(info: unknown): boolean {
  const options = fieldOf(info, 'SecurityOptions')
  return (
    Array.isArray(options) && options.some(option => String(option).startsWith('name=rootless'))
  )
}
