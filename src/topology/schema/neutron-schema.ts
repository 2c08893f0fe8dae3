import * as v from 'valibot'
import { describe } from './describe.ts'
import { release } from './release-schema.ts'
import { domainName, ipAddress, portNumber, seconds } from './words.ts'

const dhcpAgent = v.strictObject({
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

const l3Agent = v.strictObject({
  enable_metadata_proxy: v.optional(
    describe(
      'Metadata on routers',
      'Catch 169.254.169.254:80 in router namespaces and serve it there.',
      v.boolean(),
    ),
    true,
  ),
  metadata_port: v.optional(
    describe('Port of the proxy', 'Where haproxy listens in router namespaces.', portNumber),
    9697,
  ),
  metadata_access_mark: v.optional(
    describe('Mark of metadata requests', 'Packet mark, at most 0xffff.', mark()),
    '0x1',
  ),
  external_ingress_mark: v.optional(
    describe('Mark of packets from outside', 'Packet mark, at most 0xffff.', mark()),
    '0x2',
  ),
})

const metadataAgent = v.strictObject({
  metadata_proxy_shared_secret: v.exactOptional(
    describe(
      'Shared secret',
      'What the agent signs instance ids with and nova-api-metadata checks; made at random for each lab when left out.',
      v.pipe(v.string(), v.regex(/^[^\0\r\n]*$/, 'must be one line')),
    ),
  ),
  nova_metadata_host: v.exactOptional(
    describe(
      'Host of nova-api-metadata',
      'Name or address; the lab’s own nova-api-metadata when left out.',
      v.union([ipAddress, domainName]),
    ),
  ),
  nova_metadata_port: v.optional(
    describe('Port of nova-api-metadata', 'TCP port.', portNumber),
    8775,
  ),
})

/** The options of Neutron's agents, under the names of their configuration files. */
export const neutron = v.strictObject({
  release: v.exactOptional(
    describe(
      'Release of Neutron',
      'Whose behaviour the lab shows; the newest by default.',
      release,
    ),
  ),
  dns_domain: v.optional(
    describe('DNS domain', 'neutron.conf: the domain of guests’ names.', domainName),
    'openstacklocal',
  ),
  dhcp_agent: v.optional(
    describe('dhcp_agent.ini', 'Options of neutron-dhcp-agent.', dhcpAgent),
    {},
  ),
  l3_agent: v.optional(describe('l3_agent.ini', 'Options of neutron-l3-agent.', l3Agent), {}),
  metadata_agent: v.optional(
    describe('metadata_agent.ini', 'Options of neutron-metadata-agent.', metadataAgent),
    {},
  ),
})

/** Written `0x1` in Neutron's files; YAML reads that as a number. */
function mark() {
  const inRange = 'must be from 0x1 to 0xffff'
  return v.pipe(
    v.union([
      v.pipe(
        v.number(),
        v.integer(inRange),
        v.minValue(1, inRange),
        v.maxValue(0xffff, inRange),
        v.transform(value => `0x${value.toString(16)}`),
      ),
      v.pipe(v.string(), v.regex(/^0x0*[1-9a-f][0-9a-f]{0,3}$/, inRange)),
    ]),
  )
}
