import test from 'ava'
import { Chalk } from 'chalk'
import { renderServices, type ServiceRow } from '../../src/cli/render-services.ts'

function row(service: string, given: Partial<ServiceRow> = {}): ServiceRow {
  const none = { of: null, namespace: null, listens: [], container: null, history: null }
  return { name: service, service, host: 'n1', pid: 7, ...none, ...given }
}

const host = (name: string) => ({ name, state: 'joined' as const, stopped: [] })
const color = new Chalk({ level: 0 })

test('on a lone host services stand by themselves, with what they are for', t => {
  const rows = [
    row('haproxy', { of: 'private' }),
    row('udhcpc', { name: 'udhcpc-vm1-eth1', of: 'vm1' }),
    row('supervisor'),
  ]
  t.deepEqual(renderServices(rows, [host('n1')], color), [
    '',
    '  haproxy     private   pid 7',
    '  udhcpc      vm1 eth1  pid 7',
    '  supervisor            pid 7',
  ])
})

test('several hosts have headings, and what is stopped or cut off is said', t => {
  const hosts = [
    { ...host('n1'), stopped: ['neutron-l3-agent'] },
    { ...host('n2'), state: 'isolated' as const },
    host('empty'),
  ]
  const rows = [row('haproxy', { of: 'a' }), row('haproxy', { of: 'a', host: 'n2', pid: null })]
  t.deepEqual(renderServices(rows, hosts, color), [
    '',
    'n1',
    '  haproxy           a  pid 7',
    '  neutron-l3-agent     stopped',
    '',
    'n2  isolated',
    '  haproxy           a  down',
  ])
})

test('of very many, only those are named that are not well', t => {
  const many = Array.from({ length: 9 }, (_, at) => row('dnsmasq', { of: `net${at}` }))
  const history = { restarts: 2, lastRestartAt: 'noon', lastError: null }
  const rows = [
    ...many,
    row('dnsmasq', { of: 'x', pid: null }),
    row('dnsmasq', { of: 'y', history }),
  ]
  t.deepEqual(renderServices(rows, [host('n1')], color), [
    '',
    '  dnsmasq  9 of 11  running',
    '  dnsmasq  x        down',
    '  dnsmasq  y        pid 7    died and was put back 2 times, last at noon',
  ])
})
