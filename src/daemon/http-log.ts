import type { HttpRequest } from './http-connection.ts'

/** An access line as eventlet's WSGI server writes it, with oslo.service's format. */
export function formatAccess(
  { method, target, version, headers, peer }: HttpRequest,
  status: number,
  sizeBytes: number,
  startedMs: number,
): string {
  const forwardedFor = headers.get('x-forwarded-for')
  const client = [forwardedFor, peer || '<local>'].filter(part => part !== undefined).join(',')
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(7)
  const line = `${client} "${method} ${target} ${version}"`.replace(unprintable, '?')
  return `${line} status: ${status}  len: ${sizeBytes} time: ${seconds}`
}

const unprintable = /[^\x20-\x7e]/g
