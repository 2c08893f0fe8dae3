import * as v from 'valibot'
import { describe } from './describe.ts'
import { resourceName, shortText, uuid } from './words.ts'

/** Nova's limits: MAX_TAG_LENGTH of nova/objects/tag.py, and parameter_types.tag. */
const tag = v.pipe(
  v.string(),
  v.nonEmpty('must not be empty'),
  v.maxLength(60, 'is longer than 60 characters, which is nova’s limit'),
  v.regex(/^[^,/]*$/, 'must be without , and /'),
)

/**
 * A device that Nova tells the guest about, in the words of meta_data.json's `devices`. Which keys go with which type
 * is checked in `check/check-devices.ts`.
 */
export const device = v.strictObject({
  type: describe(
    'Type',
    'nic, disk, or share (of Manila, from 2025-04-04).',
    v.picklist(['nic', 'disk', 'share'], 'must be nic, disk or share'),
  ),
  network: v.exactOptional(
    describe(
      'Network of the NIC',
      'Of nic: one of the instance’s networks; its MAC is shown.',
      resourceName,
    ),
  ),
  vlan: v.exactOptional(
    describe(
      'VLAN',
      'Of nic: shown from 2017-02-22.',
      v.pipe(
        v.number(),
        v.integer('must be a whole number'),
        v.minValue(1, 'must be from 1 to 4094'),
        v.maxValue(4094, 'must be from 1 to 4094'),
      ),
    ),
  ),
  vf_trusted: v.exactOptional(
    describe('Trusted VF', 'Of nic: shown from 2018-08-27.', v.boolean()),
  ),
  serial: v.exactOptional(describe('Serial number', 'Of disk: a volume’s is its id.', shortText)),
  path: v.exactOptional(describe('Path', 'Of disk: /dev/vde.', shortText)),
  share_id: v.exactOptional(describe('Share', 'Of share: its id in Manila.', uuid)),
  tag: v.exactOptional(describe('Mount tag', 'Of share: what the guest mounts.', shortText)),
  bus: v.exactOptional(
    describe(
      'Bus',
      'none when left out.',
      v.picklist(['pci', 'usb', 'scsi', 'ide', 'xen'], 'must be pci, usb, scsi, ide or xen'),
    ),
  ),
  address: v.exactOptional(
    describe('Address on the bus', 'In the form of the bus: 0000:00:03.0 on pci.', v.string()),
  ),
  tags: v.exactOptional(describe('Tags', 'By which the guest knows it.', v.array(tag))),
})
