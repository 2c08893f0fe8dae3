import type { Answer } from '../../wsgi/answer.ts'
import { HttpFailure, UnhandledFailure } from '../failure.ts'
import type { InstanceCache, LoadedInstance } from '../instance-cache.ts'
import type { MetadataRequest } from '../request.ts'

/**
 * `password`: GET tells what is stored, POST stores up to 1020 bytes unless one is known already. WebOb's default
 * type, text/html, stays. Source: nova/api/metadata/password.py.
 */
export function answerPassword(
  request: MetadataRequest,
  loaded: LoadedInstance,
  instances: InstanceCache,
): Answer {
  if (request.method === 'GET') return reply(loaded.password ?? '')
  if (request.method !== 'POST') throw new HttpFailure(400, 'GET and POST only are supported.')
  if (loaded.password !== null) throw new HttpFailure(409)
  if (!request.headers.has('content-length')) throw new UnhandledFailure('no Content-Length')
  if (request.body.length > sizeLimitBytes) throw new HttpFailure(400, 'Request is too large.')
  instances.storePassword(loaded.view.uuid, decode(request.body))
  return reply('')
}

function reply(text: string): Answer {
  return { status: 200, contentType: 'text/html; charset=UTF-8', body: Buffer.from(text) }
}

function decode(body: Uint8Array): string {
  try {
    return utf8.decode(body)
  } catch {
    throw new UnhandledFailure('the password is not UTF-8')
  }
}

/** Four columns of 255. */
const sizeLimitBytes = 1020
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
