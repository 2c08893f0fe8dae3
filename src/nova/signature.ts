import { createHmac, timingSafeEqual } from 'node:crypto'

/** Whether a signature is the lower-case hex HMAC-SHA256 of an id under the shared secret; compared in constant time. */
export function isSignatureOf(secret: string, id: string, signature: string): boolean {
  const expected = Buffer.from(createHmac('sha256', secret).update(id).digest('hex'))
  const given = Buffer.from(signature)
  return given.length === expected.length && timingSafeEqual(given, expected)
}
