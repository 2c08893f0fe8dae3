import * as v from 'valibot'
import { describe } from './describe.ts'
import { cidr, hostLabel, ipAddress, keystoneId, macAddress, uuid } from './words.ts'

const hostRoute = v.strictObject({
  destination: describe('Destination', 'The network that is reached this way.', cidr),
  nexthop: describe('Next hop', 'The address that packets are sent to.', ipAddress),
})

const allocationPool = v.strictObject({
  start: describe('First address', 'Belongs to the pool.', ipAddress),
  end: describe('Last address', 'Belongs to the pool.', ipAddress),
})

const ipv6Mode = v.picklist(
  ['slaac', 'dhcpv6-stateful', 'dhcpv6-stateless'],
  'must be slaac, dhcpv6-stateful or dhcpv6-stateless',
)

const subnet = v.strictObject({
  id: v.exactOptional(describe('Subnet id', 'Derived when left out.', uuid)),
  name: v.optional(
    describe(
      'Name',
      'Any text.',
      v.pipe(v.string(), v.maxLength(255, 'is longer than 255 characters')),
    ),
    '',
  ),
  cidr: describe('CIDR', 'The network’s address and prefix length: 192.168.30.0/24.', cidr),
  gateway_ip: v.exactOptional(
    describe(
      'Gateway',
      'The first address of the subnet when left out; null for none.',
      v.nullable(ipAddress),
    ),
  ),
  enable_dhcp: v.optional(describe('DHCP', 'Whether DHCP serves this subnet.', v.boolean()), true),
  dns_nameservers: v.optional(
    describe(
      'DNS servers',
      'Pushed to guests; 0.0.0.0 alone pushes none.',
      v.pipe(
        v.array(ipAddress),
        v.maxLength(5, 'has more than 5 servers, which is Neutron’s limit'),
      ),
    ),
    [],
  ),
  host_routes: v.optional(
    describe(
      'Host routes',
      'Pushed to guests as classless static routes.',
      v.pipe(
        v.array(hostRoute),
        v.maxLength(20, 'has more than 20 routes, which is Neutron’s limit'),
      ),
    ),
    [],
  ),
  allocation_pools: v.exactOptional(
    describe(
      'Allocation pools',
      'Where addresses are taken from; every host address but the gateway when left out.',
      v.array(allocationPool),
    ),
  ),
  ipv6_ra_mode: v.exactOptional(
    describe('IPv6 router advertisements', 'Who announces the subnet and how.', ipv6Mode),
  ),
  ipv6_address_mode: v.exactOptional(
    describe('IPv6 addresses', 'How guests get their addresses.', ipv6Mode),
  ),
  advanced_service_providers: v.optional(
    describe(
      'Advanced service providers',
      'Ids of load balancers that ask nova-api-metadata for guests here (X-Metadata-Provider), as NSX’s do. ML2 has none.',
      v.array(v.pipe(v.string(), v.nonEmpty('must not be empty'))),
    ),
    [],
  ),
})

const dhcpPort = v.strictObject({
  id: v.exactOptional(describe('Port id', 'Derived when left out.', uuid)),
  mac_address: v.exactOptional(describe('MAC address', 'Derived when left out.', macAddress)),
  fixed_ip: v.exactOptional(describe('Address', 'The DHCP server’s address.', ipAddress)),
  fixed_ips: v.exactOptional(
    describe('Addresses', 'The DHCP server’s addresses, one per subnet.', v.array(ipAddress)),
  ),
})

/** A network with its subnets and the port of its DHCP server. */
export const network = v.strictObject({
  id: v.exactOptional(describe('Network id', 'Derived when left out.', uuid)),
  project_id: v.exactOptional(
    describe('Project', 'The lab’s own project when left out.', keystoneId),
  ),
  mtu: v.exactOptional(
    describe(
      'MTU',
      'What the type of the network leaves of 1500 when left out; all of it up to Liberty.',
      v.pipe(
        v.number(),
        v.integer('must be a whole number'),
        v.minValue(68, 'must be at least 68 (RFC 791)'),
        v.maxValue(65535, 'must be at most 65535'),
      ),
    ),
  ),
  'router:external': v.optional(
    describe('External', 'Whether routers may have their gateway here.', v.boolean()),
    false,
  ),
  'provider:network_type': v.exactOptional(
    describe(
      'Network type',
      'Decides the MTU. When left out, flat for external networks, and for others vxlan, or geneve under ML2/OVN.',
      v.picklist(
        ['vxlan', 'flat', 'vlan', 'gre', 'geneve', 'local'],
        'must be vxlan, flat, vlan, gre, geneve or local',
      ),
    ),
  ),
  'provider:segmentation_id': v.exactOptional(
    describe(
      'Segmentation id',
      'The VNI of a tunnelled network, the tag of a vlan; derived when left out.',
      v.pipe(
        v.number(),
        v.integer('must be a whole number'),
        v.minValue(1, 'must be from 1 to 16777215'),
        v.maxValue(16777215, 'must be from 1 to 16777215'),
      ),
    ),
  ),
  dhcp_agents: v.exactOptional(
    describe(
      'DHCP agents',
      'The network hosts whose DHCP agents serve it; those with the fewest networks when left out.',
      v.pipe(v.array(hostLabel), v.nonEmpty('must name at least one host')),
    ),
  ),
  subnets: v.optional(
    describe('Subnets', 'In the order in which they are made.', v.array(subnet)),
    [],
  ),
  dhcp_port: v.optional(
    describe(
      'DHCP port',
      'The port of the network’s first DHCP server; under ML2/OVN, its metadata port.',
      dhcpPort,
    ),
    {},
  ),
})
