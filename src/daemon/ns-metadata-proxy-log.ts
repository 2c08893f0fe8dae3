import type { HttpRequest } from './http-connection.ts'

/** An access line as eventlet's WSGI server writes it by itself: client, local time, request line, status, size, seconds. */
export function formatEventletAccess(
  { method, target, version, headers, peer }: HttpRequest,
  status: number,
  sizeBytes: number,
  startedMs: number,
): string {
  const forwardedFor = headers.get('x-forwarded-for')?.replaceAll(' ', '')
  const client = forwardedFor ? `${forwardedFor},${peer}` : peer
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(6)
  const line = `${client} - - [${formatDate(new Date())}] "${method} ${target} ${version}"`
  return `${line.replace(/[^\x20-\x7e]/g, '?')} ${status} ${sizeBytes} ${seconds}`
}

/** `22/Nov/2026 16:13:30`. */
function formatDate(date: Date): string {
  const [, month, day, year, time] = date.toString().split(' ')
  return `${day}/${month}/${year} ${time}`
}
