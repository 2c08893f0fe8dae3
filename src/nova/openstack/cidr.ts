/** Network and netmask of a CIDR, written as Python's netaddr writes them. */
export function readCidr(cidr: string): { readonly network: string; readonly netmask: string } {
  const [address = '', length = ''] = cidr.split('/')
  if (address.includes(':')) {
    const mask = makeGroups(Number(length))
    const groups = parseGroups(address).map((group, index) => group & (mask[index] ?? 0))
    return { network: formatGroups(groups), netmask: formatGroups(mask) }
  }
  const mask = makeOctets(Number(length))
  const octets = address.split('.').map((octet, index) => Number(octet) & (mask[index] ?? 0))
  return { network: octets.join('.'), netmask: mask.join('.') }
}

function makeOctets(length: number): number[] {
  return [0, 8, 16, 24].map(offset => maskPart(length - offset, 8))
}

function makeGroups(length: number): number[] {
  return [0, 16, 32, 48, 64, 80, 96, 112].map(offset => maskPart(length - offset, 16))
}

function maskPart(ones: number, width: number): number {
  const kept = Math.min(Math.max(ones, 0), width)
  return (2 ** width - 1) & ~(2 ** (width - kept) - 1)
}

function parseGroups(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...zeros, ...right].map(group => Number.parseInt(group, 16))
}

/** The first longest run of at least two zero groups becomes `::` (RFC 5952, as inet_ntop writes). */
function formatGroups(groups: readonly number[]): string {
  const text = groups.map(group => group.toString(16)).join(':')
  const runs = text.match(/\b0(?::0)+\b/g) ?? []
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '')
  if (longest === '') return text
  const start = text.search(new RegExp(`(?<![\\w])${longest}(?![\\w])`))
  const [before, after] = [text.slice(0, start), text.slice(start + longest.length)]
  return `${before.replace(/:$/, '')}::${after.replace(/^:/, '')}`
}
