import { Buffer } from 'node:buffer'
import * as v from 'valibot'
import { instanceNetworks, onHost } from './attachment-schema.ts'
import { blockDevice } from './block-device-schema.ts'
import { describe } from './describe.ts'
import { device } from './device-schema.ts'
import { deviceName, domainName, keystoneId, shortText, uuid } from './words.ts'

const userData = v.pipe(
  v.union([v.string(), v.strictObject({ base64: describe('Base64', 'The bytes.', v.string()) })]),
  v.transform(data =>
    typeof data === 'string'
      ? Buffer.from(data, 'utf8').toString('base64')
      : data.base64.replace(/\s/g, ''),
  ),
  v.regex(/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'is not base64'),
  v.maxLength(65535, 'is longer than 65535 characters of base64, which is nova’s limit'),
)

/** An instance (a server, in the API's word) with its ports. */
export const instance = v.strictObject({
  id: v.exactOptional(describe('Instance id', 'Its uuid; derived when left out.', uuid)),
  networks: instanceNetworks,
  host: v.exactOptional(onHost),
  display_name: v.exactOptional(
    describe(
      'Name',
      'Shown as `name`; the key when left out.',
      v.pipe(
        shortText,
        v.check(text => text.trim() === text, 'must not begin or end with a blank'),
      ),
    ),
  ),
  key_name: v.exactOptional(describe('Keypair', 'One of `keypairs`.', v.string())),
  metadata: v.optional(
    describe(
      'Metadata',
      '`meta` in meta_data.json: text to text.',
      v.record(
        shortText,
        v.pipe(
          v.string(),
          v.maxLength(255, 'is longer than 255 characters, which is nova’s limit'),
        ),
      ),
    ),
    {},
  ),
  user_data: v.exactOptional(
    describe(
      'User data',
      'Text as it is, or {base64: …} for bytes. It is never run on this machine.',
      userData,
    ),
  ),
  availability_zone: v.optional(
    describe('Availability zone', 'null for none.', v.nullable(shortText)),
    'nova',
  ),
  hostname: v.exactOptional(
    describe('Hostname', 'Made from the name as nova does when left out.', domainName),
  ),
  flavor: v.optional(describe('Flavor', 'Shown as instance-type.', shortText), 'm1.small'),
  image_id: v.exactOptional(
    describe(
      'Image id',
      'Derived when left out; null for an instance booted from a volume.',
      v.nullable(uuid),
    ),
  ),
  kernel_id: v.exactOptional(
    describe('Kernel', 'The image’s kernel; shown as kernel-id, numbered.', uuid),
  ),
  ramdisk_id: v.exactOptional(
    describe('Ramdisk', 'The image’s ramdisk; shown as ramdisk-id, numbered.', uuid),
  ),
  project_id: v.exactOptional(
    describe('Project', 'The lab’s own project when left out.', keystoneId),
  ),
  user_id: v.exactOptional(describe('User', 'The lab’s own user when left out.', keystoneId)),
  reservation_id: v.exactOptional(
    describe(
      'Reservation id',
      'Derived when left out.',
      v.pipe(v.string(), v.regex(/^r-[0-9a-z]{1,16}$/, 'must be like r-abcd1234')),
    ),
  ),
  launch_index: v.optional(
    describe(
      'Launch index',
      'Shown as ami-launch-index.',
      v.pipe(
        v.number(),
        v.integer('must be a whole number'),
        v.minValue(0, 'must not be negative'),
        v.maxValue(2 ** 31 - 1, 'is too large'),
      ),
    ),
    0,
  ),
  security_groups: v.optional(
    describe(
      'Security groups',
      'Names, shown as security-groups. They filter nothing.',
      v.array(shortText),
    ),
    ['default'],
  ),
  root_device_name: v.optional(
    describe(
      'Root device',
      'As Nova has stored it, with or without /dev/; null for none.',
      v.nullable(deviceName),
    ),
    '/dev/vda',
  ),
  block_device_mapping: v.optional(
    describe(
      'Block devices',
      'Its disks besides a root disk from an image; shown as block-device-mapping.',
      v.array(blockDevice),
    ),
    [],
  ),
  devices: v.optional(
    describe(
      'Devices',
      '`devices` of meta_data.json: what Nova tells of tagged NICs and disks.',
      v.array(device),
    ),
    [],
  ),
  dedicated_cpus: v.optional(
    describe(
      'Dedicated CPUs',
      'The pinned CPUs of its NUMA cells, by number.',
      v.pipe(
        v.array(
          v.pipe(
            v.number(),
            v.integer('must be a whole number'),
            v.minValue(0, 'must not be negative'),
            v.maxValue(65535, 'is too large'),
          ),
        ),
        v.check(cpus => new Set(cpus).size === cpus.length, 'names a CPU twice'),
      ),
    ),
    [],
  ),
  password: v.exactOptional(
    describe(
      'Password',
      'One that the guest has posted already; `password` gives it back and takes no other.',
      v.pipe(
        v.string(),
        v.nonEmpty('must not be empty'),
        v.maxBytes(1020, 'is longer than 1020 bytes, which is nova’s limit'),
      ),
    ),
  ),
})
