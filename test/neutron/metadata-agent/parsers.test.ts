import { isIPv4, isIPv6 } from 'node:net'
import test from 'ava'
import fc from 'fast-check'
import { readClientAddress } from '../../../src/neutron/metadata-agent/client-address.ts'
import { writeNovaTarget } from '../../../src/neutron/metadata-agent/nova-target.ts'
import { isInetAton, isIpv4, parseIpv6 } from '../../../src/neutron/metadata-agent/parse-address.ts'
import {
  readSocketTarget,
  readWsgiTarget,
} from '../../../src/neutron/metadata-agent/read-target.ts'
import { releaseNames } from '../../../src/topology/release-names.ts'

const byte = fc.nat({ max: 255 })
const group = fc.nat({ max: 0xffff }).map(value => value.toString(16))
const likeAddress = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.stringMatching(/^[0-9a-fx:.% ]{0,24}$/),
  fc.array(fc.oneof(group, fc.constant('')), { maxLength: 9 }).map(parts => parts.join(':')),
  fc.tuple(fc.ipV6(), fc.stringMatching(/^%[a-z0-9]{0,4}$/)).map(([ip, zone]) => ip + zone),
)

test('an IPv4 address is one for inet_pton', t => {
  fc.assert(fc.property(likeAddress, text => t.is(isIpv4(text), isIPv4(text))))
})

test('an IPv6 address is one for inet_pton, without a zone', t => {
  fc.assert(
    fc.property(likeAddress, text => {
      t.is(parseIpv6(text) !== undefined, isIPv6(text) && !text.includes('%'))
    }),
  )
})

test('inet_aton takes every address that inet_pton takes', t => {
  fc.assert(fc.property(fc.ipV4(), text => t.true(isInetAton(text))))
})

test('an IPv4-mapped address is searched as IPv4, in every release that parses it', t => {
  const release = fc.constantFrom(...releaseNames.slice(releaseNames.indexOf('victoria')))
  fc.assert(
    fc.property(byte, byte, byte, byte, release, (a, b, c, d, name) => {
      const ip_address = [a, b, c, d].join('.')
      const hex = [a * 256 + b, c * 256 + d].map(part => part.toString(16)).join(':')
      for (const text of [`::ffff:${ip_address}`, `::FFFF:${hex}`, `0:0:0:0:0:ffff:${hex}`])
        t.deepEqual(readClientAddress(text, name), { kind: 'ip', ip_address })
    }),
  )
})

test('a link-local address that was made of a MAC is searched by that MAC', t => {
  fc.assert(
    fc.property(fc.tuple(byte, byte, byte, byte, byte, byte), mac => {
      const [a, b, c, d, e, f] = mac.map(part => part.toString(16).padStart(2, '0'))
      const first = (mac[0] ^ 2).toString(16).padStart(2, '0')
      const text = `fe80::${first}${b}:${c}ff:fe${d}:${e}${f}`
      const mac_address = [a, b, c, d, e, f].join(':')
      t.deepEqual(readClientAddress(text, '2026.1'), { kind: 'mac', mac_address })
    }),
  )
})

test('no text makes reading a client fail, and several addresses are none', t => {
  fc.assert(
    fc.property(fc.string(), fc.ipV4(), fc.constantFrom(...releaseNames), (text, ip, release) => {
      t.notThrows(() => readClientAddress(text, release))
      if (releaseNames.indexOf(release) >= releaseNames.indexOf('victoria'))
        t.is(readClientAddress(`${ip},${ip}`, release), undefined)
    }),
  )
})

const target = fc.oneof(
  fc.webPath(),
  fc.stringMatching(/^[/.a%20-9?#;+:@é]{0,30}$/),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

test('what is asked of nova is one line of printable ASCII that begins with a slash', t => {
  fc.assert(
    fc.property(target, text => {
      const { pathInfo, query } = readWsgiTarget(text)
      const written = writeNovaTarget(pathInfo, query)
      if (written !== undefined) t.regex(written, /^\/[!-~]*$/)
      else t.throws(() => new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(pathInfo)))
    }),
  )
})

test('a path without anything unusual is asked as it came, by both servers', t => {
  const path = fc.stringMatching(/^(?:\/[a-z0-9_-]{1,8}){1,6}\/?$/)
  fc.assert(
    fc.property(path, text => {
      for (const read of [readWsgiTarget(text), readSocketTarget(text)])
        t.is(writeNovaTarget(read?.pathInfo ?? '', read?.query ?? ''), text)
    }),
  )
})

test('no dot segment reaches nova', t => {
  const path = fc.array(fc.constantFrom('.', '..', 'a', ''), { maxLength: 8 })
  fc.assert(
    fc.property(path, segments => {
      const written = writeNovaTarget(`/${segments.join('/')}`, '') ?? ''
      t.false(written.split('/').some(segment => segment === '.' || segment === '..'))
    }),
  )
})

function bytesOf(latin1: string): Buffer {
  return Buffer.from(latin1, 'latin1')
}
