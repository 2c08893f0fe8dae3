import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { dhclientScript } from '../../src/plan/dhclient-script.ts'
import { udhcpcScript } from '../../src/plan/udhcpc-script.ts'

/** A guest whose `ip` writes down what it is called with; its resolv.conf is a file beside its leases. */
function guestOf(t: ExecutionContext) {
  const directory = mkdtempSync(join(tmpdir(), 'dhclient-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const path = (name: string) => join(directory, name)
  const write = (name: string, text: string) => {
    writeFileSync(path(name), text)
    chmodSync(path(name), 0o755)
  }
  write('ip', `#!/bin/sh\necho "$*" >>${path('called')}\n`)
  for (const [name, script] of Object.entries({ dhclient: dhclientScript, udhcpc: udhcpcScript }))
    write(name, script.replaceAll('/etc/resolv.conf', path('resolv.conf')))
  const PATH = `${directory}:/usr/sbin:/usr/bin:/sbin:/bin`
  return {
    happens: (reason: string, variables: Readonly<Record<string, string>> = {}, nic = 'eth0') =>
      execFileSync(path('dhclient'), {
        env: { PATH, LEASE_FILE: path(`${nic}.lease6`), interface: nic, reason, ...variables },
      }),
    leasesIpv4: (variables: Readonly<Record<string, string>>) =>
      execFileSync(path('udhcpc'), ['bound'], {
        env: {
          ...{ PATH, LEASE_FILE: path('eth0.lease'), interface: 'eth0', ip: '10.0.0.9' },
          ...{ mask: '24', ...variables },
        },
        input: '',
      }),
    write: (name: string, text: string) => writeFileSync(path(name), text),
    read: (name: string) => readFileSync(path(name), 'utf8'),
  }
}

const lease = {
  new_ip6_address: 'fd00::9',
  new_ip6_prefixlen: '128',
  new_max_life: '7500',
  new_preferred_life: '7200',
  new_dhcp6_name_servers: '2001:db8::53 2001:db8::54',
  new_dhcp6_domain_search: 'openstacklocal.',
}
const servers = 'nameserver 2001:db8::53\nnameserver 2001:db8::54\n'

test('a lease is an address for its time, and servers', t => {
  const guest = guestOf(t)
  guest.happens('BOUND6', lease)
  t.is(
    guest.read('called'),
    '-6 address replace fd00::9/128 dev eth0 valid_lft 7500 preferred_lft 7200\n',
  )
  t.is(guest.read('resolv.conf'), `search openstacklocal.\n${servers}`)
  t.regex(guest.read('eth0.lease6'), /^address=fd00::9\/128$/m)
})

test('information alone changes no address', t => {
  const guest = guestOf(t)
  const { new_dhcp6_name_servers } = lease
  guest.happens('RENEW6', { new_dhcp6_name_servers })
  t.throws(() => guest.read('called'))
  t.is(guest.read('resolv.conf'), servers)
})

const old = { old_ip6_address: 'fd00::8', old_ip6_prefixlen: '128' }

test('another address takes the place of the old one, and the same one stays', t => {
  const guest = guestOf(t)
  guest.happens('REBIND6', { ...lease, ...old })
  guest.happens('RENEW6', { ...lease, old_ip6_address: 'fd00::9', old_ip6_prefixlen: '128' })
  t.deepEqual(guest.read('called').match(/address \w+ \S+/g), [
    'address delete fd00::8/128',
    'address replace fd00::9/128',
    'address replace fd00::9/128',
  ])
})

test('a lease that has ended takes its address along', t => {
  const guest = guestOf(t)
  guest.happens('BOUND6', lease)
  guest.happens('EXPIRE6', old)
  t.regex(guest.read('called'), /^-6 address delete fd00::8\/128 dev eth0$/m)
  t.is(guest.read('eth0.lease6'), '')
})

test('on two stacks both clients’ servers stand, whichever came first, and those without DHCP', t => {
  for (const ipv4First of [true, false]) {
    const guest = guestOf(t)
    guest.write('nameservers', '2001:db8::51\n')
    const ipv4 = () => guest.leasesIpv4({ dns: '192.0.2.53', domain: 'openstacklocal' })
    if (ipv4First) ipv4()
    guest.happens('BOUND6', lease)
    if (!ipv4First) ipv4()
    t.is(
      guest.read('resolv.conf'),
      `search openstacklocal\nnameserver 192.0.2.53\n${servers}nameserver 2001:db8::51\n`,
    )
  }
})
