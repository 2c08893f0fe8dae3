import * as v from 'valibot'
import { describe } from './describe.ts'

const publicKey = v.pipe(
  v.string(),
  v.nonEmpty('must not be empty'),
  v.maxLength(16384, 'is longer than 16384 characters'),
  v.check(text => !text.includes('PRIVATE KEY'), 'is a private key; the public one belongs here'),
)

const keypairDetails = v.strictObject({
  public_key: describe('Public key', 'As in a .pub file, or an X.509 certificate.', publicKey),
  type: v.optional(
    describe('Type', 'ssh or x509.', v.picklist(['ssh', 'x509'], 'must be ssh or x509')),
    'ssh',
  ),
})

/** A keypair: its public key, or an object that says the type too. */
export const keypair = v.pipe(
  v.union([publicKey, keypairDetails]),
  v.transform(key => (typeof key === 'string' ? { public_key: key, type: 'ssh' as const } : key)),
)
