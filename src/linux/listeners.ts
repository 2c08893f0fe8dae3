import { readFileSync } from 'node:fs'
import type { Listener } from '../plan/step.ts'

/**
 * The sockets that listen in the network namespace of a process, read from its /proc/<pid>/net: no program is
 * needed and none has to enter the namespace. Addresses are as `ss` prints them.
 */
export function listenersSeenBy(pid: number): Listener[] {
  return [
    ...inetListeners(pid, 'tcp', TCP_LISTEN),
    ...inetListeners(pid, 'udp', UDP_BOUND),
    ...unixListeners(pid),
  ]
}

/** States of include/net/tcp_states.h: a bound, unconnected UDP socket is shown as TCP_CLOSE. */
const TCP_LISTEN = '0A'
const UDP_BOUND = '07'

function inetListeners(pid: number, protocol: 'tcp' | 'udp', state: string): Listener[] {
  return ['', '6'].flatMap(suffix =>
    rowsOf(`/proc/${pid}/net/${protocol}${suffix}`)
      .map(row => row.trim().split(/\s+/))
      .filter(fields => fields[3] === state)
      .map(([, local = '']) => ({ protocol, ...parseEndpoint(local) })),
  )
}

function unixListeners(pid: number): Listener[] {
  return rowsOf(`/proc/${pid}/net/unix`)
    .map(row => row.trim().split(/\s+/))
    .filter(([, , , flags, , , , path]) => flags === SO_ACCEPTCON && path?.startsWith('/'))
    .map(fields => ({ protocol: 'unix', path: fields[7] ?? '' }))
}

const SO_ACCEPTCON = '00010000'

function rowsOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').slice(1)
  } catch {
    // the process has ended, or the kernel has no IPv6
    return []
  }
}

/** `0100007F:0050`: words of the address in host byte order, then the port. */
function parseEndpoint(text: string): { address: string; port: number } {
  const [words = '', port = ''] = text.split(':')
  const bytes = (words.match(/.{8}/g) ?? []).flatMap(word => word.match(/../g)?.reverse() ?? [])
  return { address: formatAddress(bytes), port: Number.parseInt(port, 16) }
}

function formatAddress(bytes: readonly string[]): string {
  if (bytes.length === 4) return bytes.map(byte => Number.parseInt(byte, 16)).join('.')
  const groups = Array.from(
    { length: 8 },
    (_, index) => `${bytes[2 * index]}${bytes[2 * index + 1]}`,
  )
  return compressIpv6(groups.map(group => Number.parseInt(group, 16).toString(16)).join(':'))
}

/** RFC 5952: the longest run of zeros becomes `::`. */
function compressIpv6(address: string): string {
  const runs = [...address.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].map(match => match[0])
  const longest = runs.sort((one, other) => other.length - one.length)[0]
  return longest === undefined ? address : address.replace(longest, '::').replace(/:{3,}/, '::')
}
