import ipaddr from 'ipaddr.js'

/** An address as a number, so that ranges and offsets are plain arithmetic. */
export interface IpAddress {
  readonly version: 4 | 6
  readonly value: bigint
}

/** A range of addresses; both ends belong to it. */
export interface IpRange {
  readonly version: 4 | 6
  readonly first: bigint
  readonly last: bigint
}

export interface IpNetwork extends IpRange {
  readonly prefix: number
  /** False where the text has bits set behind the prefix: 192.168.30.5/24. */
  readonly canonical: boolean
}

/** Reads `192.0.2.1` or `2001:db8::1`; undefined for anything else (octal, short forms, zones). */
export function parseAddress(text: string): IpAddress | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text) && /^\d+(\.\d+){3}$/.test(text)) {
    return { version: 4, value: toNumber(ipaddr.IPv4.parse(text).toByteArray()) }
  }
  if (text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text)) {
    return { version: 6, value: toNumber(ipaddr.IPv6.parse(text).toByteArray()) }
  }
  return undefined
}

/** Reads `192.0.2.0/24` or `2001:db8::/64`; undefined for anything else. */
export function parseCidr(text: string): IpNetwork | undefined {
  const [, addressText = '', prefixText = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? []
  const address = parseAddress(addressText)
  const prefix = Number(prefixText)
  if (address === undefined || prefix > bitsOf(address.version)) return undefined
  const size = 1n << BigInt(bitsOf(address.version) - prefix)
  const first = (address.value / size) * size
  return {
    version: address.version,
    first,
    last: first + size - 1n,
    prefix,
    canonical: first === address.value,
  }
}

/** Writes an address as everybody does: dotted, or compressed as RFC 5952 says. */
export function formatAddress({ version, value }: IpAddress): string {
  return ipaddr.fromByteArray(toBytes(value, bitsOf(version) / 8)).toString()
}

/** Writes `192.0.2.0/24`, bits behind the prefix cleared. */
export function formatCidr(network: IpNetwork): string {
  return `${formatAddress({ version: network.version, value: network.first })}/${network.prefix}`
}

/** Same address, however it is written. Text that is no address comes back as it is. */
export function canonicalAddress(text: string): string {
  const address = parseAddress(text)
  return address === undefined ? text : formatAddress(address)
}

/** `255.255.255.0` of a prefix length of IPv4. */
export function formatNetmask(prefix: number): string {
  const allOnes = (1n << 32n) - 1n
  return formatAddress({ version: 4, value: allOnes ^ (allOnes >> BigInt(prefix)) })
}

export function contains(range: IpRange, { version, value }: IpAddress): boolean {
  return range.version === version && range.first <= value && value <= range.last
}

export function overlaps(one: IpRange, other: IpRange): boolean {
  return one.version === other.version && one.first <= other.last && other.first <= one.last
}

/** The address that SLAAC makes from a MAC, RFC 4291 appendix A. */
export function eui64Address(network: IpNetwork, macAddress: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = macAddress
    .split(':')
    .map(byte => Number.parseInt(byte, 16))
  const interfaceId = toNumber([a ^ 2, b, c, 0xff, 0xfe, d, e, f])
  return formatAddress({ version: 6, value: network.first | interfaceId })
}

function bitsOf(version: 4 | 6): number {
  return version === 4 ? 32 : 128
}

function toNumber(bytes: readonly number[]): bigint {
  return bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n)
}

function toBytes(value: bigint, count: number): number[] {
  return Array.from({ length: count }, (_, at) =>
    Number((value >> BigInt(8 * (count - 1 - at))) & 0xffn),
  )
}
