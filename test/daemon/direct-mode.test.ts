import test from 'ava'
import { goldenInstance } from '../nova/ask-nova.ts'
import { startNova } from './running-nova.ts'

const path = '/openstack/latest/meta_data.json'

/** Addresses of this machine that stand for two guests. */
const ports = ['alpha', 'bravo'].map((name, index) => ({
  network_id: 'loopback',
  project_id: goldenInstance(name).project_id,
  device_id: goldenInstance(name).uuid,
  ip_addresses: [`127.0.0.${11 + index}`],
}))

test('without service_metadata_proxy each guest gets the metadata of the address it comes from', async t => {
  await using nova = await startNova(() => ({ service_metadata_proxy: false, ports }))
  for (const [name, address] of [
    ['alpha', '127.0.0.11'],
    ['bravo', '127.0.0.12'],
  ] as const) {
    const answer = await nova.ask(path, address)
    t.is(JSON.parse(answer.replace('200 ', '')).uuid, goldenInstance(name).uuid)
  }
  t.regex(await nova.ask(path, '127.0.0.13'), /^404 /)
  t.regex(await nova.ask('/', '127.0.0.13'), /^200 1\.0\n/)
})

test('no header makes nova take one guest for another, unless it is told to parse them', async t => {
  const forged: [string, string][] = [
    ['X-Forwarded-For', '127.0.0.12'],
    ['Forwarded', 'for=127.0.0.12'],
    ['X-Instance-ID', goldenInstance('bravo').uuid],
    ['X-Real-IP', '127.0.0.12'],
  ]
  await using nova = await startNova(() => ({ service_metadata_proxy: false, ports }))
  const uuid = JSON.parse((await nova.ask(path, '127.0.0.11', forged)).replace('200 ', '')).uuid
  t.is(uuid, goldenInstance('alpha').uuid)
  await nova.daemon.stop()
  t.regex(nova.daemon.output(), /X-Instance-ID present in request headers/)
  await using parsing = await startNova(() => ({
    service_metadata_proxy: false,
    enable_proxy_headers_parsing: true,
    ports,
  }))
  const told = JSON.parse((await parsing.ask(path, '127.0.0.11', forged)).replace('200 ', '')).uuid
  t.is(told, goldenInstance('bravo').uuid)
})

test('nova warns at its start that a proxy without a secret cannot be trusted', async t => {
  await using nova = await startNova(() => ({ metadata_proxy_shared_secret: '' }))
  await nova.daemon.stop()
  t.regex(nova.daemon.output(), /WARNING nova.api.metadata.handler .*cannot be trusted/)
})
