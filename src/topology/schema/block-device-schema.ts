import * as v from 'valibot'
import { describe } from './describe.ts'
import { deviceName } from './words.ts'

/** A disk, in the words of `block_device_mapping_v2` of Nova's API (schemas/servers.py). */
export const blockDevice = v.pipe(
  v.strictObject({
    source_type: describe(
      'Source',
      'What it is made of: blank, image, snapshot or volume.',
      v.picklist(
        ['blank', 'image', 'snapshot', 'volume'],
        'must be blank, image, snapshot or volume',
      ),
    ),
    destination_type: v.exactOptional(
      describe(
        'Destination',
        'local: of the compute node; volume: of Cinder. By the source when left out.',
        v.picklist(['local', 'volume'], 'must be local or volume'),
      ),
    ),
    guest_format: v.exactOptional(
      describe(
        'Format',
        'swap makes a blank local disk the swap disk; any other an ephemeral one.',
        v.pipe(v.string(), v.maxLength(255, 'is longer than 255 characters')),
      ),
    ),
    device_name: describe('Device name', 'As the instance has it: /dev/vdb.', deviceName),
  }),
  v.transform(device => ({
    ...device,
    destination_type: device.destination_type ?? defaultDestinations[device.source_type],
  })),
)

const defaultDestinations = {
  blank: 'local',
  image: 'local',
  snapshot: 'volume',
  volume: 'volume',
} as const
