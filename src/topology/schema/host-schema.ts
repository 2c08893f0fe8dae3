import * as v from 'valibot'
import { describe } from './describe.ts'
import { ipv4Address } from './words.ts'

const role = v.picklist(
  ['controller', 'network', 'compute'],
  'must be controller, network or compute',
)

const roles = v.pipe(v.array(role), v.nonEmpty('must name at least one role'))

const details = v.strictObject({
  roles: describe(
    'Roles',
    'controller: nova-api-metadata; network: DHCP, routers and the metadata agent; compute: guests.',
    roles,
  ),
  management_ip: v.exactOptional(
    describe(
      'Management address',
      'In 172.29.236.0/22; the next free one when left out.',
      ipv4Address,
    ),
  ),
  local_ip: v.exactOptional(
    describe(
      'Tunnel address',
      'local_ip of the layer 2 agent, in 172.29.240.0/22; the next free one when left out.',
      ipv4Address,
    ),
  ),
})

/** A machine of the cloud: its roles, or an object with details. */
export const host = v.pipe(
  v.union([role, roles, details]),
  v.transform((given): v.InferOutput<typeof details> => {
    if (typeof given === 'string') return { roles: [given] }
    return 'roles' in given ? given : { roles: given }
  }),
)
