/** The hostname that Nova makes of a display name: `sanitize_hostname` of nova/utils.py. */
export function sanitizeHostname(name: string, fallback: string): string {
  const hostname = name
    .slice(0, 63)
    .replace(/[_\s]+/g, '-')
    .replace(/[^\w.-]+/g, '')
    .toLowerCase()
    .replace(/^[.-]+|[.-]+$/g, '')
  return hostname === '' ? fallback.slice(0, 63) : hostname
}
