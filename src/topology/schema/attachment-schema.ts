import * as v from 'valibot'
import { describe } from './describe.ts'
import { nameOrObject } from './name-or-object.ts'
import { hostLabel, ipAddress, keystoneId, macAddress, resourceName, uuid } from './words.ts'

const nic = {
  name: describe('Network', 'The network to attach to.', resourceName),
  fixed_ip: v.exactOptional(describe('Address', 'The next free one when left out.', ipAddress)),
  fixed_ips: v.exactOptional(
    describe(
      'Addresses',
      'Several, where the network has several subnets.',
      v.pipe(v.array(ipAddress), v.nonEmpty('must not be empty')),
    ),
  ),
  mac_address: v.exactOptional(describe('MAC address', 'Derived when left out.', macAddress)),
  port_id: v.exactOptional(describe('Port id', 'Derived when left out.', uuid)),
}

const instanceNic = v.strictObject({
  ...nic,
  project_id: v.exactOptional(
    describe(
      'Project of the port',
      'The instance’s when left out. Nova sees no port of another project.',
      keystoneId,
    ),
  ),
  floating_ip: v.exactOptional(
    describe(
      'Floating IP',
      'An address of an external network, which a router translates to this port’s IPv4 address.',
      ipAddress,
    ),
  ),
})

const guestNic = v.strictObject({
  ...nic,
  project_id: v.exactOptional(
    describe('Project of the port', 'The lab’s own project when left out.', keystoneId),
  ),
  device_id: v.exactOptional(
    describe(
      'Device of the port',
      'The uuid of an instance that Nova does not have; a port of nobody when left out.',
      uuid,
    ),
  ),
  port: v.optional(
    describe(
      'Port',
      'Whether Neutron has a port for it. Without one its address is static, and it needs a fixed_ip.',
      v.boolean(),
    ),
    true,
  ),
})

export const onHost = describe(
  'Host',
  'The compute host that it runs on; the one with the fewest guests when left out.',
  hostLabel,
)

/** Network cards of an instance in order: eth0, eth1, … */
export const instanceNetworks = listOf(nameOrObject(instanceNic, name => ({ name })))

/** Network cards of a guest that Nova does not have. */
export const guestNetworks = listOf(nameOrObject(guestNic, name => ({ name, port: true })))

function listOf<const Nic extends v.GenericSchema>(nics: Nic) {
  return describe(
    'Networks',
    'Its network cards in order, each a network’s name or an object with details.',
    v.pipe(v.array(nics), v.nonEmpty('must name at least one network')),
  )
}
