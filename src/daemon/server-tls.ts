import { readFileSync } from 'node:fs'
import type { TlsOptions } from 'node:tls'

/** How a listener speaks TLS, and whom it tells of a handshake that fails. */
export interface SecureListening {
  readonly options: TlsOptions
  readonly onFailure: (message: string) => void
}

/**
 * TLS as nova's server has it (nova/wsgi.py): with an authority for clients, who shows no certificate of it is turned
 * away. Undefined without a certificate. Throws where a file cannot be read.
 */
export function readTlsOptions(
  {
    ssl_cert_file,
    ssl_key_file,
    ssl_ca_file,
  }: Readonly<Record<`ssl_${'cert' | 'key' | 'ca'}_file`, string | null>>,
  log: (message: string) => void,
): SecureListening | undefined {
  if (ssl_cert_file === null || ssl_key_file === null) return undefined
  const clients =
    ssl_ca_file === null
      ? {}
      : { ca: readFileSync(ssl_ca_file), requestCert: true, rejectUnauthorized: true }
  const options = { cert: readFileSync(ssl_cert_file), key: readFileSync(ssl_key_file), ...clients }
  return { options, onFailure: message => log(`TLS handshake failed: ${message}`) }
}
