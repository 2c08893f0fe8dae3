import test from 'ava'
import type { ReleaseName } from '../../src/topology/release-names.ts'
import { novaApi } from '../fixtures/nova-options.ts'
import { goldenInstance, novaWith } from './ask-nova.ts'

const lists = test.macro({
  title: (_, release: ReleaseName, last: string, length: number) =>
    `nova of ${release} lists versions up to ${last} in ${length} bytes`,
  exec(t, release: ReleaseName, last: string, length: number) {
    const answer = novaWith(goldenInstance('alpha'), { release }).get('/openstack')
    if (answer === 'closed') return t.fail()
    t.is(answer.text.split('\n').at(-2), last)
    t.is(answer.text.length, length)
  },
})

test(lists, 'queens', '2017-02-22', 83)
test(lists, 'ussuri', '2018-08-27', 94)
test(lists, 'zed', '2020-10-14', 105)
test(lists, '2024.2', '2020-10-14', 105)
test(lists, '2025.1', '2025-04-04', 116)
test(lists, '2026.1', '2025-04-04', 116)

test('a version of the future is not listed, but answers', t => {
  const nova = novaWith(goldenInstance('alpha'), { release: '2026.1' })
  const nowMs = Date.UTC(2025, 3, 3)
  const listing = nova.get('/openstack', { nowMs })
  t.false(listing === 'closed' || listing.text.includes('2025-04-04'))
  t.like(nova.get('/openstack/2025-04-04/meta_data.json', { nowMs }), { status: 200 })
})

test('latest is the newest version that the release knows', t => {
  const nova = novaWith(goldenInstance('alpha'), { release: 'ussuri' })
  t.deepEqual(
    nova.get('/openstack/latest/meta_data.json'),
    nova.get('/openstack/2018-08-27/meta_data.json'),
  )
  t.like(nova.get('/openstack/2020-10-14/meta_data.json'), { status: 404 })
})

test('a metadata key named random_seed does not take the place of the seed', t => {
  const nova = novaWith(goldenInstance('alpha', { metadata: { random_seed: '' } }))
  const answer = nova.get('/openstack/latest/meta_data.json')
  const data = JSON.parse(answer === 'closed' ? '' : answer.text)
  t.is(data.meta.random_seed, '')
  t.is(data.random_seed.length, 684)
})

test('without user data the file is a 404 and is not listed', t => {
  const nova = novaWith(goldenInstance('alpha', { user_data_base64: null }))
  t.like(nova.get('/openstack/latest/user_data'), { status: 404 })
  t.deepEqual(nova.get('/openstack/2012-08-10/'), { status: 200, text: 'meta_data.json' })
})

test('an empty dhcp_domain leaves the host name bare', t => {
  const api = { ...novaApi, dhcp_domain: '' }
  const nova = novaWith(goldenInstance('alpha'), { api })
  t.deepEqual(nova.get('/latest/meta-data/hostname'), { status: 200, text: 'alpha' })
  t.deepEqual(nova.get('/openstack/latest/vendor_data2.json'), {
    status: 200,
    text: '{"static": {}}',
  })
})

test('Queens shows a VLAN last and VLAN 0 not at all, later releases first and always', t => {
  const nic = {
    kind: 'nic',
    bus: 'pci',
    address: '0000:00:04.0',
    mac: 'fa:16:3e:00:00:05',
  } as const
  const devices = [
    { ...nic, vlan: 7 },
    { ...nic, vlan: 0 },
    { ...nic, vlan: 0, tags: ['a'] },
  ]
  const read = (release: ReleaseName) => {
    const answer = novaWith(goldenInstance('alpha', { devices }), { release }).get(
      '/openstack/2017-02-22/meta_data.json',
    )
    const text = JSON.stringify(JSON.parse(answer === 'closed' ? '' : answer.text).devices)
    return text
      .replaceAll('"mac":"fa:16:3e:00:00:05",', '')
      .replaceAll('"bus":"pci","address":"0000:00:04.0"', '…')
  }
  t.is(read('queens'), '[{"type":"nic","vlan":7,…},{"type":"nic",…,"tags":["a"]}]')
  t.is(
    read('rocky'),
    '[{"vlan":7,"type":"nic",…},{"vlan":0,"type":"nic",…},{"vlan":0,"type":"nic",…,"tags":["a"]}]',
  )
})

test('a share is a device from 2025-04-04 on', t => {
  const share = { kind: 'share', bus: 'none', address: 'none', share_id: 's', tag: 'g' } as const
  const nova = novaWith(goldenInstance('alpha', { devices: [share] }), { release: '2026.1' })
  const read = (version: string) => {
    const answer = nova.get(`/openstack/${version}/meta_data.json`)
    return JSON.parse(answer === 'closed' ? '' : answer.text).devices
  }
  t.deepEqual(read('2020-10-14'), [])
  const { kind: _, ...described } = share
  t.deepEqual(read('2025-04-04'), [{ type: 'share', ...described }])
})
