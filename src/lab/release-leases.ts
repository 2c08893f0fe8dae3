import { setTimeout as delay } from 'node:timers/promises'
import { CommandFailed } from '../linux/command-failed.ts'
import { run } from '../linux/run.ts'
import { type Lease, unusedLeases } from '../neutron/dnsmasq-leases.ts'
import { inNetwork } from '../plan/in-network.ts'
import type { Leasing } from '../plan/step.ts'
import { readIfThere } from './read-if-there.ts'

/**
 * Tells dnsmasq that the leases of ports that are gone have been given up, as neutron-dhcp-agent does, in the name of their
 * clients: three tries each (`DHCP_RELEASE_TRIES`), until its file has them no more. Gives those that it still has, with
 * the words of the last failure; that keeps no lab from standing.
 */
export async function releaseLeases(
  leasing: Leasing,
  namespace: string,
  lab: string,
): Promise<string | null> {
  let words = 'dnsmasq keeps it'
  for (let tries = 3; tries > 0; tries -= 1) {
    const leases = findUnused(leasing)
    if (leases.length === 0) return null
    for (const lease of leases)
      try {
        await run([...inNetwork(namespace), ...releaseCommand(lease, leasing.device)], { lab })
      } catch (error) {
        if (!(error instanceof CommandFailed)) throw error
        words = error.message
      }
    for (let left = TRY_MS; left > 0 && findUnused(leasing).length > 0; left -= POLL_MS)
      await delay(POLL_MS)
  }
  const [first] = findUnused(leasing)
  return first === undefined ? null : `The lease of ${first.address} was not released: ${words}`
}

/** `DHCP_RELEASE_TRIES_SLEEP` */
const TRY_MS = 300
const POLL_MS = 5

function findUnused({ hosts, leases }: Leasing): Lease[] {
  return unusedLeases(readIfThere(leases) ?? '', readIfThere(hosts) ?? '')
}

/** As neutron/privileged/agent/linux/dhcp.py calls them. */
function releaseCommand(lease: Lease, device: string): [string, ...string[]] {
  if (lease.family === 6) {
    const { address, clientId, serverId, iaid } = lease
    const ids = ['--client-id', clientId, '--server-id', serverId, '--iaid', iaid]
    return ['dhcp_release6', '--iface', device, '--ip', address, ...ids]
  }
  const { address, mac_address, clientId } = lease
  return ['dhcp_release', device, address, mac_address, ...(clientId === null ? [] : [clientId])]
}
