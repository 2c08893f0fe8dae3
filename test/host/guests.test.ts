import { existsSync, readFileSync } from 'node:fs'
import { lab, hostTest as test } from './support/lab.ts'
import { addressesIn, fetchIn, readIn, routesIn, uuidSeenBy } from './support/namespace.ts'
import { namesIn, standingLabs } from './support/standing-labs.ts'

const labs = standingLabs({
  zed: {
    topology: `
neutron: {release: zed, dhcp_agent: {enable_isolated_metadata: true}}
networks: {a: {subnets: [{cidr: 10.0.0.0/24, gateway_ip: null}]}}
instances: {vm1: {networks: [{name: a, fixed_ip: 10.0.0.7}]}}
guests:
  ghost: {networks: [{name: a, fixed_ip: 10.0.0.66, device_id: 00006666-dead-4000-8000-000000000066}]}
  orphan: {networks: [{name: a, fixed_ip: 10.0.0.67}]}
  stray: {networks: [{name: a, port: false, fixed_ip: 10.0.0.99, mac_address: "fa:16:3e:00:00:99"}]}
`,
  },
})

test('guests stand beside instances, and status finds nothing amiss', async t => {
  const { name, cloud } = labs('zed')
  const status = JSON.parse((await lab(['status', name, '--json'])).stdout)
  t.deepEqual(status.differences, [])
  const [listed] = JSON.parse((await lab(['list', '--json'])).stdout).filter(
    (one: { readonly name: string }) => one.name === name,
  )
  t.like(listed, { instances: 1, guests: 3 })
  const { guest, instance } = namesIn(labs('zed'))
  t.is(await uuidSeenBy(guest('vm1')), instance('vm1').id)
  t.is(cloud.guests.length, 4)
})

test('a port leases its address whether nova has its device or not, and what has no port is static', async t => {
  const { name, statePath } = labs('zed')
  const leaseOf = (guest: string) => `${statePath}/guests/${guest}/eth0.lease`
  for (const [guest, address] of [
    ['ghost', '10.0.0.66'],
    ['orphan', '10.0.0.67'],
    ['stray', '10.0.0.99'],
  ] as const) {
    const namespace = `lab-${name}-${guest}`
    const addresses = (await addressesIn(namespace, 'eth0')).filter(line =>
      line.startsWith('inet '),
    )
    t.deepEqual(addresses, [`inet ${address}/24 brd 10.0.0.255 scope global`], guest)
    const routes = await routesIn(namespace)
    t.true(
      routes.some(route => route.startsWith('169.254.169.254 via 10.0.0.1 dev eth0')),
      guest,
    )
  }
  t.regex(readFileSync(leaseOf('ghost'), 'utf8'), /^address=10\.0\.0\.66\/24$/m)
  t.regex(readFileSync(leaseOf('orphan'), 'utf8'), /^address=10\.0\.0\.67\/24$/m)
  t.false(existsSync(leaseOf('stray')))
  t.regex(await readIn(`lab-${name}-stray`, 'ip', 'link', 'show', 'eth0'), /fa:16:3e:00:00:99/)
})

test('the version list is for ports of whatever device, and metadata for instances alone', async t => {
  const { name } = labs('zed')
  const statusOf = async (guest: string, path: string) =>
    (await fetchIn(`lab-${name}-${guest}`, path)).status
  t.is(await statusOf('ghost', '/'), 200)
  t.is(await statusOf('ghost', '/latest/meta-data/'), 404)
  t.is(await statusOf('orphan', '/'), 404)
  t.is(await statusOf('stray', '/'), 404)
})

test('lab exec knows guests by name', async t => {
  const { name } = labs('zed')
  const seen = await lab(['--lab', name, 'exec', 'stray', '--', 'ip', '-br', 'address'])
  t.is(seen.exitCode, 0, seen.stderr)
  t.regex(seen.stdout, /10\.0\.0\.99\/24/)
})
