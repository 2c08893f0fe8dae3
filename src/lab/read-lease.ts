import { existsSync, readFileSync } from 'node:fs'
import type { ExpectedRoute } from '../plan/step.ts'

/** Routes that a guest's lease has brought, as its DHCP client was told; none before the first lease. */
export function readLeasedRoutes(leaseFile: string, device: string): ExpectedRoute[] {
  if (!existsSync(leaseFile)) return []
  const [, words = ''] = /^staticroutes=(.*)$/m.exec(readFileSync(leaseFile, 'utf8')) ?? []
  return parseStaticRoutes(words.trim().split(/\s+/), device)
}

/** Option 121 as udhcpc gives it: destination and next hop in turns; 0.0.0.0 is on the link (RFC 3442). */
function parseStaticRoutes(
  [destination, nexthop, ...rest]: readonly string[],
  device: string,
): ExpectedRoute[] {
  if (destination === undefined || nexthop === undefined) return []
  const route = {
    destination: destination === '0.0.0.0/0' ? 'default' : destination.replace(/\/32$/, ''),
    gateway: nexthop === '0.0.0.0' ? null : nexthop,
    device,
  }
  return [route, ...parseStaticRoutes(rest, device)]
}
