import { hostTest as test, withLab } from './support/lab.ts'

//  vm1, vm2 ── brq ── qdhcp (169.254.169.254, dnsmasq, haproxy) ── socket ── agent ── nova-api-metadata
test('a guest of dhcp-mode leases its address and fetches its metadata through qdhcp', async t => {
  await withLab(t, 'dhcp-mode', async lab => {
    const routes = await lab.inNode('vm1', ['ip', 'route'])
    t.regex(routes, /^169\.254\.169\.254 via 192\.168\.30\.2 dev eth0/m)
    const body = await lab.inNode('vm1', [
      'curl',
      '-sf',
      'http://169.254.169.254/openstack/latest/meta_data.json',
    ])
    t.is(JSON.parse(body).hostname, 'vm1.novalocal')
  })
})
