import { timingSafeEqual } from 'node:crypto'
import { signInstanceId } from '../wsgi/sign-instance-id.ts'

/** Whether a signature is the instance id's under the shared secret; compared in constant time. */
export function isSignatureOf(secret: string, id: string, signature: string): boolean {
  const expected = Buffer.from(signInstanceId(secret, id))
  const given = Buffer.from(signature)
  return given.length === expected.length && timingSafeEqual(given, expected)
}
