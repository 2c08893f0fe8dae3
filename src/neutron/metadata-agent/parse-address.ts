/** Whether a text is an IPv4 address as inet_pton reads it: four decimal octets. */
export function isIpv4(text: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) && text.split('.').every(isOctet)
}

/** Whether a text is an IPv4 address as inet_aton reads it: one to four parts, octal and hexadecimal too. */
export function isInetAton(text: string): boolean {
  const [address = ''] = text.split(/[\s]/, 1)
  const parts = address.split('.')
  if (parts.length > 4) return false
  return parts.every((part, index) => {
    const isLast = index === parts.length - 1
    return readPart(part) < (isLast ? 256 ** (5 - parts.length) : 256)
  })
}

/** The eight groups of an IPv6 address as inet_pton reads it; undefined for anything else, zones included. */
export function parseIpv6(text: string): number[] | undefined {
  const expanded = expandIpv4(text)
  if (expanded === undefined || !/^[0-9a-f:]+$/i.test(expanded)) return undefined
  const halves = expanded.split('::')
  if (halves.length > 2) return undefined
  const [left = [], right = []] = halves.map(half => (half === '' ? [] : half.split(':')))
  const missing = 8 - left.length - right.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...left, ...Array.from({ length: missing }, () => '0'), ...right]
  if (!groups.every(group => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return groups.map(group => Number.parseInt(group, 16))
}

/** `::ffff:10.0.0.5` as `::ffff:a00:5`. */
function expandIpv4(text: string): string | undefined {
  const start = text.lastIndexOf(':') + 1
  const tail = text.slice(start)
  if (!tail.includes('.')) return start === 0 ? undefined : text
  if (start === 0 || !isIpv4(tail)) return undefined
  const [a = 0, b = 0, c = 0, d = 0] = tail.split('.').map(Number)
  return `${text.slice(0, start)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}

function isOctet(part: string): boolean {
  return Number(part) < 256 && (part === '0' || !part.startsWith('0'))
}

/** NaN, which is smaller than nothing, for what is no number. */
function readPart(part: string): number {
  if (/^0x[0-9a-f]+$/i.test(part)) return Number.parseInt(part, 16)
  if (/^0[0-7]*$/.test(part)) return Number.parseInt(part, 8)
  return /^[1-9]\d*$/.test(part) ? Number(part) : Number.NaN
}
