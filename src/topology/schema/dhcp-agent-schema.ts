import * as v from 'valibot'
import { describe } from './describe.ts'
import { ipAddress, seconds } from './words.ts'

/** dhcp_agent.ini. */
export const dhcpAgent = v.strictObject({
  enable_isolated_metadata: v.optional(
    describe(
      'Metadata on isolated networks',
      'Serve 169.254.169.254 from the DHCP namespace of networks without a router, and push the route to it.',
      v.boolean(),
    ),
    false,
  ),
  force_metadata: v.optional(
    describe(
      'Metadata on every network',
      'Serve 169.254.169.254 from the DHCP namespace whether or not there is a router.',
      v.boolean(),
    ),
    false,
  ),
  enable_metadata_network: v.optional(
    describe(
      'Metadata networks',
      'Serve requests that come over a 169.254.0.0/16 network with a router; needs enable_isolated_metadata.',
      v.boolean(),
    ),
    false,
  ),
  dhcp_lease_duration: v.optional(
    describe(
      'Lease time',
      'Seconds a lease lasts; -1 is for ever.',
      v.pipe(
        v.number(),
        v.integer('must be a whole number of seconds'),
        v.check(value => value === -1 || value >= 120, 'must be at least 120, or -1 for ever'),
        v.maxValue(2 ** 31 - 1, 'is too large'),
      ),
    ),
    86400,
  ),
  dnsmasq_dns_servers: v.optional(
    describe('Upstream DNS servers', 'Servers that dnsmasq forwards to.', v.array(ipAddress)),
    [],
  ),
  dnsmasq_local_resolv: v.optional(
    describe(
      'Use the host’s resolv.conf',
      'Let dnsmasq forward to the servers of the host it runs on.',
      v.boolean(),
    ),
    false,
  ),
  dnsmasq_lease_max: v.optional(
    describe(
      'Lease limit',
      'How many leases dnsmasq holds at most.',
      v.pipe(
        v.number(),
        v.integer('must be a whole number'),
        v.minValue(1, 'must be at least 1'),
        v.maxValue(2 ** 31 - 1, 'is too large'),
      ),
    ),
    16777216,
  ),
  dhcp_broadcast_reply: v.optional(
    describe('Broadcast replies', 'Answer DHCP by broadcast.', v.boolean()),
    false,
  ),
  dhcp_renewal_time: v.optional(
    describe(
      'T1',
      'Seconds until a client renews (option 58); 0 leaves it to the client.',
      seconds,
    ),
    0,
  ),
  dhcp_rebinding_time: v.optional(
    describe(
      'T2',
      'Seconds until a client rebinds (option 59); 0 leaves it to the client.',
      seconds,
    ),
    0,
  ),
})
