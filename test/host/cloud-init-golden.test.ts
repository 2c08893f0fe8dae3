import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { unpackedCloudInit } from './support/cloud-init.ts'
import { hostTest as test } from './support/lab.ts'
import { namesIn, standingLabs } from './support/standing-labs.ts'

const labs = standingLabs({ golden: { topology: 'test/conformance/golden.yaml' } })
const read = unpackedCloudInit()

interface Recorded {
  readonly uuid: string
  readonly name: string
  readonly hostname: string
  readonly keypair: { readonly public_key: string } | null
  readonly user_data_base64: string | null
  readonly availability_zone: string | null
  readonly ec2: { readonly instance_id: string }
  readonly ip_info: { readonly fixed_ips: readonly string[] }
  readonly network_data: { readonly links?: readonly { readonly ethernet_mac_address: string }[] }
}

/** As the real nova read them back from its database. */
const { instances }: { instances: Recorded[] } = JSON.parse(
  readFileSync(new URL('../golden/recorded/instances.json', import.meta.url), 'utf8'),
)

for (const name of ['alpha', 'bravo', 'charlie', 'delta', 'foxtrot', 'golf']) {
  test(`cloud-init’s OpenStack source finds what was recorded of ${name}`, async t => {
    const recorded = recordOf(name)
    const seen = await readFrom(name, 'OpenStack')
    t.is(seen.instance_id, recorded.uuid)
    t.is(seen.hostname, recorded.hostname)
    t.is(seen.public_keys.join('\n').trimEnd(), keyOf(recorded))
    t.is(seen.availability_zone, recorded.availability_zone)
    t.is(seen.user_data, recorded.user_data_base64 ?? '')
    const { ethernets } = parse(seen.netplan ?? '').network
    t.deepEqual(
      Object.values<{ match: { macaddress: string } }>(ethernets).map(nic => nic.match.macaddress),
      recorded.network_data.links?.map(link => link.ethernet_mac_address),
    )
  })

  test(`cloud-init’s EC2 source finds what was recorded of ${name}`, async t => {
    const recorded = recordOf(name)
    const seen = await readFrom(name, 'Ec2')
    t.is(seen.instance_id, recorded.ec2.instance_id)
    t.is(seen.hostname, recorded.hostname)
    t.is(seen.public_keys.join('\n').trimEnd(), keyOf(recorded))
    t.is(seen.user_data, recorded.user_data_base64 ?? '')
    t.is(seen.metadata['local-ipv4'], recorded.ip_info.fixed_ips[0])
  })
}

test('cloud-init configures a network without DHCP as it was recorded', async t => {
  const { eth0 } = parse((await readFrom('golf', 'OpenStack')).netplan ?? '').network.ethernets
  t.deepEqual(eth0.addresses, ['10.79.0.31/26', 'fd00:79::31/64'])
  t.is(eth0.mtu, 1450)
  t.true(['192.0.2.55', 'fd00:53::53'].every(server => eth0.nameservers.addresses.includes(server)))
  const reached = eth0.routes?.map(({ to, via }: { to: string; via: string }) => `${to} ${via}`)
  t.true(reached.includes('198.51.100.0/25 10.79.0.9'))
})

function recordOf(name: string): Recorded {
  const found = instances.find(instance => instance.name === name)
  if (found === undefined) throw new Error(`nothing was recorded of ${name}`)
  return found
}

function readFrom(name: string, source: 'OpenStack' | 'Ec2') {
  const { guest } = namesIn(labs('golden'))
  return read({ source, namespace: guest(name), instanceId: recordOf(name).uuid })
}

/** Sources differ in whether a certificate is one key or several lines. */
function keyOf({ keypair }: Recorded): string {
  return keypair?.public_key.trimEnd() ?? ''
}
