/** A lease in dnsmasq's file, with what is needed to release it. */
export type Lease =
  | {
      readonly family: 4
      readonly address: string
      readonly mac_address: string
      /** Null where the client gave none. */
      readonly clientId: string | null
    }
  | {
      readonly family: 6
      readonly address: string
      readonly iaid: string
      readonly clientId: string
      readonly serverId: string
    }

/**
 * The leases in dnsmasq's `leases` that its `host` no longer has, as `_release_unused_leases` of
 * neutron/agent/linux/dhcp.py looks for them: by MAC and address, for IPv6 by address alone.
 */
export function unusedLeases(leases: string, hosts: string): Lease[] {
  const granted = new Set(hosts.split('\n').flatMap(grantsOf))
  return readLeases(leases).filter(lease =>
    lease.family === 4
      ? !granted.has(`${lease.mac_address} ${lease.address}`)
      : !granted.has(lease.address),
  )
}

function grantsOf(line: string): string[] {
  const [mac = '', ...words] = line.split(',')
  const address = withoutBrackets(words.at(-1) ?? '')
  return [address, `${mac} ${address}`]
}

/** Lines are `expiry mac address name client-id`; behind `duid <the server's>` they are IPv6's, with an IAID for the MAC. */
function readLeases(text: string): Lease[] {
  let serverId: string | null = null
  return text.split('\n').flatMap((line): Lease[] => {
    const [expiry, owner = '', place = '', , clientId] = line.split(' ')
    if (expiry === 'duid') serverId = owner
    if (clientId === undefined) return []
    const address = withoutBrackets(place)
    if (serverId !== null) return [{ family: 6, address, iaid: owner, clientId, serverId }]
    // What the agent has written for dnsmasq's start, which nobody has leased yet.
    if (address.includes(':')) return []
    const isGiven = clientId !== '*'
    return [{ family: 4, address, mac_address: owner, clientId: isGiven ? clientId : null }]
  })
}

function withoutBrackets(address: string): string {
  return address.replace(/^\[|\]$/g, '')
}
