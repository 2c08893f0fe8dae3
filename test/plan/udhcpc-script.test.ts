import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { udhcpcScript } from '../../src/plan/udhcpc-script.ts'

/** A guest whose `ip` only reads; its resolv.conf is a file beside its leases. */
function guestOf(t: ExecutionContext) {
  const directory = mkdtempSync(join(tmpdir(), 'udhcpc-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const path = (name: string) => join(directory, name)
  writeFileSync(path('ip'), '#!/bin/sh\nexec cat >/dev/null\n')
  writeFileSync(path('script'), udhcpcScript.replaceAll('/etc/resolv.conf', path('resolv.conf')))
  writeFileSync(path('resolv.conf'), '')
  for (const name of ['ip', 'script']) chmodSync(path(name), 0o755)
  return {
    happens: (event: string, device: string) =>
      execFileSync(path('script'), [event], {
        env: {
          PATH: `${directory}:/usr/sbin:/usr/bin:/sbin:/bin`,
          LEASE_FILE: path(`${device}.lease`),
          interface: device,
          ip: '10.0.0.9',
          mask: '24',
          dns: `192.0.2.${device.slice('eth'.length)}`,
        },
      }),
    read: (name: string) => readFileSync(path(name), 'utf8'),
  }
}

const resolves = test.macro({
  exec(t, events: readonly (readonly [event: string, device: string])[], server: string) {
    const guest = guestOf(t)
    for (const [event, device] of events) guest.happens(event, device)
    t.is(guest.read('resolv.conf'), `nameserver ${server}\n`)
  },
  title: name => `resolv.conf has the servers of ${name}`,
})

test('the only NIC', resolves, [['bound', 'eth0']], '192.0.2.0')
test(
  'eth0, whichever leased first',
  resolves,
  [
    ['bound', 'eth1'],
    ['bound', 'eth0'],
  ],
  '192.0.2.0',
)
test(
  'eth0, whichever renewed last',
  resolves,
  [
    ['bound', 'eth0'],
    ['bound', 'eth1'],
    ['renew', 'eth10'],
  ],
  '192.0.2.0',
)
test(
  'the next NIC, once eth0 has no lease',
  resolves,
  [
    ['bound', 'eth0'],
    ['bound', 'eth1'],
    ['deconfig', 'eth0'],
    ['renew', 'eth1'],
  ],
  '192.0.2.1',
)
test('eth1 where eth0 leases nothing', resolves, [['bound', 'eth1']], '192.0.2.1')

test('a lease is kept under its keys, in this order', t => {
  const guest = guestOf(t)
  guest.happens('bound', 'eth0')
  t.deepEqual(
    guest
      .read('eth0.lease')
      .split('\n')
      .map(line => line.split('=')[0]),
    ['address', 'server', 'seconds', 'router', 'staticroutes', 'hostname', 'search', 'dns', ''],
  )
})
