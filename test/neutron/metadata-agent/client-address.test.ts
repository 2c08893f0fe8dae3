import test from 'ava'
import fc from 'fast-check'
import { readClientAddress } from '../../../src/neutron/metadata-agent/client-address.ts'
import { type ReleaseName, releaseNames } from '../../../src/topology/release-names.ts'

const reads = test.macro({
  title: (_, release: ReleaseName, forwardedFor: string | undefined, address: string | undefined) =>
    `${release} takes X-Forwarded-For "${forwardedFor}" for ${address ?? 'no address'}`,
  exec(t, release: ReleaseName, forwardedFor: string | undefined, address: string | undefined) {
    const client = readClientAddress(forwardedFor, release)
    const seen =
      client?.kind === 'ip'
        ? client.ip_address
        : client?.kind === 'mac'
          ? client.mac_address
          : client?.kind
    t.is(seen, address)
  },
})

test(reads, 'zed', '10.0.0.5', '10.0.0.5')
test(reads, 'zed', '::ffff:10.0.0.5', '10.0.0.5')
test(reads, 'zed', '::FFFF:0a00:0005', '10.0.0.5')
test(reads, 'zed', '::10.0.0.5', '::10.0.0.5')
test(reads, 'zed', 'fd00:78::21', 'fd00:78::21')
test(reads, 'zed', 'fe80::f816:3eff:fe00:5', 'fa:16:3e:00:00:05')
test(reads, 'zed', 'FEBF::F816:3EFF:FE00:5', 'fa:16:3e:00:00:05')
test(reads, 'zed', 'fe80::f816:3eff:fe00:5%eth0', undefined)
test(reads, 'zed', '10.0.0.5,10.0.0.6', undefined)
test(reads, 'zed', '10.0.0.1, 10.0.0.5', undefined)
test(reads, 'zed', '', undefined)
test(reads, 'zed', 'zz', undefined)
test(reads, 'zed', '1::2::3', undefined)
test(reads, 'zed', '1:2:3:4:5:6:7:8:9', undefined)
test(reads, 'zed', '10.0.0.256', undefined)
test(reads, 'zed', '10.77.11', '10.77.11')
test(reads, 'zed', '0x0a4d000b', '0x0a4d000b')
test(reads, 'zed', '4294967296', undefined)
test(reads, 'zed', undefined, undefined)
test(reads, '2026.1', '10.0.0.5', '10.0.0.5')
test(reads, '2024.2', '10.77.0.011', '10.77.0.011')
test(reads, '2025.1', '10.77.0.011', undefined)
test(reads, '2026.1', '10.77.11', undefined)
test(reads, '2026.1', '10.77.0.011', undefined)
test(reads, 'ussuri', '10.0.0.5,10.0.0.6', '10.0.0.5,10.0.0.6')
test(reads, 'ussuri', '::ffff:10.0.0.5', '::ffff:10.0.0.5')
test(reads, 'ussuri', undefined, 'any')

test('no header makes it throw', t => {
  const almost = fc.stringMatching(/^[0-9a-fx:.% ,]{0,40}$/)
  const header = fc.oneof(fc.string({ unit: 'binary' }), almost, fc.ipV4Extended(), fc.ipV6())
  fc.assert(
    fc.property(header, fc.constantFrom(...releaseNames), (forwardedFor, release) => {
      t.notThrows(() => readClientAddress(forwardedFor, release))
    }),
  )
})

test('every address is one', t => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), address => {
      t.truthy(readClientAddress(address, '2026.1'), address)
    }),
  )
})
