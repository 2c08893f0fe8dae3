import test from 'ava'
import { portAddressSteps } from '../../src/plan/port-address-steps.ts'

const place = {
  host: 'controller',
  namespace: 'qdhcp-x',
  source: ['networks', 'private'],
  device: 'tap0',
}
const port = { id: 'd1a2b3c4-0000-4000-8000-000000000001', mac_address: 'fa:16:3e:00:00:01' }

const addsLine = test.macro({
  exec(t, address: string, family: 4 | 6, line: string) {
    const [step] = portAddressSteps({ ...place, port, addresses: [{ address, family }] })
    t.deepEqual(step?.kind === 'ip' ? step.lines : [], ['link set tap0 up', line])
  },
  title: (_, address) => `${address} is added as Neutron adds it`,
})

test(addsLine, '192.168.30.2/24', 4, 'address add 192.168.30.2/24 brd + dev tap0')
test(addsLine, '169.254.169.254/16', 4, 'address add 169.254.169.254/16 brd + dev tap0')
test(
  addsLine,
  '169.254.169.254/32',
  4,
  'address add 169.254.169.254/32 brd 169.254.169.254 dev tap0',
)
test(addsLine, '10.0.0.0/31', 4, 'address add 10.0.0.0/31 brd 10.0.0.0 dev tap0')
test(addsLine, 'fe80::a9fe:a9fe/128', 6, 'address add fe80::a9fe:a9fe/128 dev tap0')
