import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** What is wrong with a PEM file, or with a certificate and its key; null where nothing is. */
export function findPemMistake(name: string, file: string, keyFile?: string): string | null {
  if (name.includes('key')) return findKeyMistake(file)
  try {
    const certificate = new X509Certificate(readFileSync(file))
    if (keyFile === undefined || findKeyMistake(keyFile) !== null) return null
    const belongs = certificate.checkPrivateKey(createPrivateKey(readFileSync(keyFile)))
    return belongs ? null : `and ${keyFile} do not belong together`
  } catch (error) {
    return isForbidden(error) ? forbidden : 'holds no certificate in PEM form'
  }
}

function findKeyMistake(file: string): string | null {
  try {
    const pem = readFileSync(file)
    if (pem.includes('ENCRYPTED')) return 'is locked with a passphrase, which nobody could type'
    createPrivateKey(pem)
    return null
  } catch (error) {
    return isForbidden(error) ? forbidden : 'holds no private key in PEM form'
  }
}

function isForbidden(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EACCES'
}

const forbidden = 'cannot be read: permission denied'
