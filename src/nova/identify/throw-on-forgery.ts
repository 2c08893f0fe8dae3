import type { NovaContext } from '../context.ts'
import { HttpFailure, UnhandledFailure } from '../failure.ts'
import { novaHas } from '../release.ts'
import { isSignatureOf } from '../signature.ts'

export interface Claim {
  readonly id: string
  /** Undefined without a header. */
  readonly signature: string | undefined
  /** Where it comes from, for the log. */
  readonly address: string | null
}

/**
 * Throws a 403 where a signature is not the id's. Python compares texts in constant time only while they are ASCII, and
 * before Train nova compared one that is not there as well.
 */
export function throwOnForgery(
  { id, signature, address }: Claim,
  { config, log }: NovaContext,
): void {
  const isExpected = signature !== undefined || novaHas(config.release, 'missingSignatureIsWrong')
  if (!isExpected) throw new UnhandledFailure('there is no signature to compare')
  if (/[^\0-\x7f]/.test(signature ?? '')) throw new UnhandledFailure('the signature is not ASCII')
  if (isSignatureOf(config.metadata_proxy_shared_secret, id, signature ?? '')) return
  const claim = `X-Instance-ID-Signature: ${signature ?? 'None'} does not match the expected signature`
  if (id !== '')
    log.warning(handlerLog, `${claim} for id: ${id}. Request From: ${address ?? 'None'}`)
  throw new HttpFailure(403, 'Invalid proxy request signature.')
}

/** The name that nova/api/metadata/handler.py logs under. */
export const handlerLog = 'nova.api.metadata.handler'
