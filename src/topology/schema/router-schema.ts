import * as v from 'valibot'
import { describe } from './describe.ts'
import { nameOrObject } from './name-or-object.ts'
import { hostLabel, ipAddress, keystoneId, macAddress, resourceName, uuid } from './words.ts'

const externalGateway = v.strictObject({
  network: describe('Network', 'A network with router:external.', resourceName),
  fixed_ip: v.exactOptional(describe('Address', 'The next free one when left out.', ipAddress)),
  enable_snat: v.optional(
    describe(
      'Source NAT',
      'Whether guests reach the outside under the router’s address.',
      v.boolean(),
    ),
    true,
  ),
  port_id: v.exactOptional(describe('Port id', 'Derived when left out.', uuid)),
  mac_address: v.exactOptional(describe('MAC address', 'Derived when left out.', macAddress)),
})

const routerInterface = v.strictObject({
  network: describe('Network', 'The network to attach.', resourceName),
  subnet: v.exactOptional(
    describe(
      'Subnet',
      'Its name or CIDR; every subnet with a gateway when left out.',
      v.pipe(v.string(), v.minLength(1, 'must not be empty')),
    ),
  ),
  fixed_ip: v.exactOptional(
    describe('Address', 'The subnet’s gateway_ip when left out.', ipAddress),
  ),
  port_id: v.exactOptional(describe('Port id', 'Derived when left out.', uuid)),
  mac_address: v.exactOptional(describe('MAC address', 'Derived when left out.', macAddress)),
})

/** A router with its gateway and its interfaces. */
export const router = v.strictObject({
  id: v.exactOptional(describe('Router id', 'Derived when left out.', uuid)),
  project_id: v.exactOptional(
    describe('Project', 'The lab’s own project when left out.', keystoneId),
  ),
  host: v.exactOptional(
    describe(
      'Host',
      'The network host whose L3 agent has it; the one with the fewest routers when left out.',
      hostLabel,
    ),
  ),
  external_gateway: v.exactOptional(
    describe(
      'External gateway',
      'The external network, by name or with details.',
      nameOrObject(externalGateway, name => ({ network: name, enable_snat: true })),
    ),
  ),
  interfaces: v.optional(
    describe(
      'Interfaces',
      'The networks it joins, each by name or with details.',
      v.array(nameOrObject(routerInterface, name => ({ network: name }))),
    ),
    [],
  ),
})
