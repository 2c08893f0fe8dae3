import test from 'ava'
import fc from 'fast-check'
import {
  bridgeName,
  dhcpNamespace,
  routerGatewayDevice,
  routerInterfaceDevice,
  routerNamespace,
  tapDevice,
} from '../../src/neutron/names.ts'

const portId = 'd1a2b3c4-5678-4abc-8def-000000000002'

const rows: readonly (readonly [string, string])[] = [
  [dhcpNamespace(portId), 'qdhcp-d1a2b3c4-5678-4abc-8def-000000000002'],
  [routerNamespace(portId), 'qrouter-d1a2b3c4-5678-4abc-8def-000000000002'],
  [tapDevice(portId), 'tapd1a2b3c4-56'],
  [routerInterfaceDevice(portId), 'qr-d1a2b3c4-56'],
  [routerGatewayDevice(portId), 'qg-d1a2b3c4-56'],
  [bridgeName(portId), 'brqd1a2b3c4-56'],
]

for (const [name, expected] of rows) {
  test(`the name is ${expected}`, t => {
    t.is(name, expected)
  })
}

test('every device name fits into the kernel, which takes 15 bytes', t => {
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.uuid(), id =>
        [tapDevice, routerInterfaceDevice, routerGatewayDevice, bridgeName].every(
          name => Buffer.byteLength(name(id)) <= 15,
        ),
      ),
    ),
  )
})
