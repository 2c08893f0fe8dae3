import type { VendordataResponse } from './fetch.ts'

/**
 * `Response.text` of python-requests: by the charset of the type, Latin-1 for other text, UTF-8 for JSON and where
 * nothing is said. What does not fit becomes U+FFFD.
 */
export function decodeText({
  contentType = '',
  body,
}: Pick<VendordataResponse, 'contentType' | 'body'>): string {
  const charset = /;\s*charset\s*=\s*["']?([^\s"';]+)/i.exec(contentType)?.[1]
  const label = charset ?? (contentType.includes('text') ? 'iso-8859-1' : 'utf-8')
  // What the web calls by these names is Windows’ code page.
  if (/^(iso-?8859-1|latin-?1|us-ascii|ascii)$/i.test(label)) {
    return Buffer.from(body).toString('latin1')
  }
  return makeDecoder(label).decode(body)
}

function makeDecoder(label: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(label, { ignoreBOM: true })
  } catch {
    // Python does not know the charset either, and goes on with its own.
    return new TextDecoder('utf-8', { ignoreBOM: true })
  }
}
