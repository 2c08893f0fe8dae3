import test from 'ava'
import { readWish } from '../../src/cli/read-wish.ts'
import { LabError } from '../../src/lab/lab-error.ts'
import { listShippedTopologies } from '../../src/lab/shipped-topologies.ts'
import { isSince, type ReleaseName, releaseNames } from '../../src/topology/release-names.ts'
import { TopologyMistakes } from '../../src/topology/topology-mistakes.ts'

/** What has come to Neutron since Havana, and is asked for in topologies that ship. */
const since: Readonly<Record<string, { release: ReleaseName; message: RegExp }>> = {
  'ovn-mode': { release: 'ussuri', message: /ovn-mode\.yaml:\d+:\d+: Neutron \w+ has no ML2\/OVN/ },
  'ipv6-only': {
    release: 'juno',
    message: /ipv6-only\.yaml:\d+:\d+: Neutron \w+ takes no `ipv6_ra_mode`, which came with juno/,
  },
}

for (const topology of listShippedTopologies()) {
  test(`${topology} is built as each release would, or refused at the line that it does not have`, async t => {
    const { release: first = 'havana', message = /^$/ } = since[topology] ?? {}
    for (const release of releaseNames) {
      const wish = readWish(topology, { release })
      if (isSince(release, first))
        await t.notThrowsAsync(
          async () => (await wish).settle('new', null),
          `${topology}, ${release}`,
        )
      else await t.throwsAsync(wish, { instanceOf: TopologyMistakes, message })
    }
  })
}

test('a release that there is not is refused, with the one that may be meant', async t => {
  const refusal = await t.throwsAsync(readWish('dhcp-mode', { release: 'usuri' }), {
    instanceOf: LabError,
    message: 'There is no release usuri of Neutron; did you mean `ussuri`?',
  })
  t.regex(refusal?.hint ?? '', /^There is havana, .* 2026\.1\.$/)
})
