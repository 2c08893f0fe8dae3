import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'

/** What is wrong with a PEM file, or with a certificate and its key; null where nothing is. */
export function findPemMistake(name: string, file: string, keyFile?: string): string | null {
  try {
    const pem = readFileSync(file)
    if (name.includes('key')) {
      createPrivateKey(pem)
      return null
    }
    const certificate = new X509Certificate(pem)
    if (keyFile === undefined || !existsSync(keyFile)) return null
    const belongs = certificate.checkPrivateKey(createPrivateKey(readFileSync(keyFile)))
    return belongs ? null : `and ${keyFile} do not belong together`
  } catch (error) {
    return explain(name, error)
  }
}

function explain(name: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'EACCES') return 'cannot be read: permission denied'
  if (code === 'ERR_MISSING_PASSPHRASE')
    return 'is a key with a passphrase, which nobody could type'
  const what = name.includes('key') ? 'private key' : 'certificate'
  return `holds no ${what} in PEM form`
}
