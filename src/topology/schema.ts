import * as v from 'valibot'
import { labNamePattern, labNameRule } from './lab-name.ts'
import { describe } from './schema/describe.ts'
import { guest } from './schema/guest-schema.ts'
import { host } from './schema/host-schema.ts'
import { instance } from './schema/instance-schema.ts'
import { keypair } from './schema/keypair-schema.ts'
import { network } from './schema/network-schema.ts'
import { neutron } from './schema/neutron-schema.ts'
import { nova } from './schema/nova-schema.ts'
import { router } from './schema/router-schema.ts'
import { hostLabel, resourceName } from './schema/words.ts'

/**
 * The one schema of the topology file: the static type, the check and the JSON Schema come from it.
 * Attribute names and defaults are OpenStack's.
 */
export const topologySchema = v.strictObject({
  name: v.exactOptional(
    describe(
      'Name of the lab',
      'The file’s name without its ending when left out.',
      v.pipe(v.string(), v.regex(labNamePattern, labNameRule)),
    ),
  ),
  description: v.exactOptional(
    describe('Description', 'One line for people; `lab list` shows it.', v.string()),
  ),
  neutron: v.optional(describe('Neutron', 'Release and options of Neutron’s agents.', neutron), {}),
  nova: v.optional(describe('Nova', 'Release and options of Nova’s metadata API.', nova), {}),
  hosts: v.optional(
    describe(
      'Hosts',
      'By name: the machines of the cloud with their roles. One, `controller`, has all roles when left out.',
      v.record(hostLabel, host),
    ),
    {},
  ),
  networks: describe('Networks', 'By name.', v.record(resourceName, network)),
  routers: v.optional(describe('Routers', 'By name.', v.record(resourceName, router)), {}),
  keypairs: v.optional(
    describe(
      'Keypairs',
      'By name: the public key, or an object with its type.',
      v.record(
        v.pipe(
          v.string(),
          v.nonEmpty('must not be empty'),
          v.maxLength(255, 'is longer than 255 characters'),
        ),
        keypair,
      ),
    ),
    {},
  ),
  instances: v.optional(describe('Instances', 'By name.', v.record(hostLabel, instance)), {}),
  guests: v.optional(
    describe(
      'Guests',
      'By name: machines that stand on networks although Nova does not have them.',
      v.record(hostLabel, guest),
    ),
    {},
  ),
})

/** A checked topology: defaults that need no other part of the file are filled in. */
export type Topology = v.InferOutput<typeof topologySchema>
