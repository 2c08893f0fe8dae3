import test from 'ava'
import { readWish } from '../../src/cli/read-wish.ts'
import { LabError } from '../../src/lab/lab-error.ts'

test('--release names no release without ML2/OVN for a topology that has it', async t => {
  const refusal = await t.throwsAsync(readWish('ovn-mode', { release: 'train' }), {
    instanceOf: LabError,
    message: /^Neutron train has no ML2\/OVN of its own, which came with ussuri/,
  })
  t.regex(refusal?.hint ?? '', /mechanism_driver: ovn.*take ussuri or newer/)
  await t.notThrowsAsync(readWish('ovn-mode', { release: 'ussuri' }))
  await t.notThrowsAsync(readWish('dhcp-mode', { release: 'train' }))
})
