import test from 'ava'
import { dnsNamespace, uuid5 } from '../../src/cloud/derive-id.ts'

test('uuid5 is that of RFC 9562, appendix A.4', t => {
  t.is(uuid5(dnsNamespace, 'www.example.com'), '2ed6657d-e927-568b-95e1-2665a8aea6a2')
})

test('uuid5 of a host is what the DHCP agent makes of it', t => {
  t.is(uuid5(dnsNamespace, 'net1'), '04771cbe-437e-5f2c-860d-465c2ee070fb')
})
