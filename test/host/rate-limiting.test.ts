import { lab, hostTest as test, withTopologyFile } from './support/lab.ts'
import { fetchIn, readIn } from './support/namespace.ts'
import { type BuiltLab, namesIn, standingLabs } from './support/standing-labs.ts'

/** A minute is longer than the tests take, so nobody's count runs out under them. */
const limits =
  '{rate_limit_enabled: true, base_window_duration: 60, base_query_rate_limit: 6, burst_window_duration: 60, burst_query_rate_limit: 5}'

const topology = (release: string, more: string) => `
neutron:
  release: "${release}"
  metadata_rate_limiting: ${limits}
  dhcp_agent: {enable_isolated_metadata: true}
networks: {private: {subnets: [{cidr: 192.168.30.0/24}]}}
${more}
instances: {vm1: {networks: [private]}, vm2: {networks: [private]}}
`

//  vm1, vm2 ── haproxy in qdhcp or qrouter, which lets five requests of each through in a minute ── agent
const labs = standingLabs({
  qdhcp: { topology: topology('2023.2', '') },
  qrouter: { topology: topology('2026.1', 'routers: {edge: {interfaces: [private]}}') },
})

const page = `HTTP/1.1 429 Too Many Requests
content-length: 117
cache-control: no-cache
content-type: text/html

<html><body><h1>429 Too Many Requests</h1>
You have sent too many requests in a given amount of time.
</body></html>`

for (const key of ['qdhcp', 'qrouter'] as const)
  test(`in ${key} a guest's sixth request is haproxy's 429, and the other guest is not limited`, async t => {
    const { guest } = namesIn(labs(key))
    for (let count = 1; count <= 5; count++)
      t.is(await statusFor(labs(key), 'vm2'), 200, `${count}`)
    t.is(await statusFor(labs(key), 'vm2'), 429)
    const head = ['curl', '-si', '-m', '3', 'http://169.254.169.254/latest/meta-data/']
    t.is((await readIn(guest('vm2'), ...head)).replaceAll('\r', ''), page)
    t.is(await statusFor(labs(key), 'vm1'), 200)
  })

async function statusFor(built: BuiltLab, instance: 'vm1' | 'vm2'): Promise<number> {
  return (await fetchIn(namesIn(built).guest(instance), '/latest/meta-data/')).status
}

test('what has no effect is said: of a release without limits, and of two IP versions', async t => {
  const says = async (neutron: string, expected: RegExp) =>
    await withTopologyFile(`neutron: ${neutron}\nnetworks: {a: {}}\n`, async path => {
      const { exitCode, stdout } = await lab(['validate', path])
      t.is(exitCode, 0)
      t.regex(stdout, expected)
    })
  const enabled = 'rate_limit_enabled: true'
  await says(
    `{release: zed, metadata_rate_limiting: {${enabled}}}`,
    /^ {2}! Neutron zed knows no /m,
  )
  await says(
    `{metadata_rate_limiting: {${enabled}, ip_versions: [4, 6]}}`,
    /^ {2}! Invalid metadata address IP versions: \[4, 6\]\. /m,
  )
})
