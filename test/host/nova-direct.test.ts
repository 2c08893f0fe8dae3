import { withHttpServer } from './support/http-server.ts'
import { lab, randomLabName, hostTest as test, withLab, withTopologyFile } from './support/lab.ts'
import { fetchIn, uuidSeenBy } from './support/namespace.ts'

//  alpha ── net ─┐
//  twin ── one ──┼─ qdhcp each (haproxy) ── agent ── nova-api-metadata, which goes by X-Forwarded-For alone,
//  other ── two ─┘                                   and asks a service in lab-<lab>-controller for vendor data
const topology = `
nova:
  neutron: {service_metadata_proxy: false}
  oslo_middleware: {enable_proxy_headers_parsing: true}
  api:
    vendordata_providers: [DynamicJSON]
    vendordata_dynamic_targets: ["who@http://127.0.0.1:8080/"]
networks:
  net: {subnets: [{cidr: 10.91.0.0/24}]}
  one: {subnets: [{cidr: 10.92.0.0/24}]}
  two: {subnets: [{cidr: 10.92.0.0/24}]}
neutron: {dhcp_agent: {enable_isolated_metadata: true}}
instances:
  alpha: {id: aaaaaaaa-0000-4000-8000-000000000001, networks: [net]}
  twin: {networks: [{name: one, fixed_ip: 10.92.0.9}]}
  other: {networks: [{name: two, fixed_ip: 10.92.0.9}]}
`

test('a nova without service_metadata_proxy finds a guest of the chain by its address, unless two have it', t =>
  withTopologyFile(topology, path =>
    withLab(t, path, async ({ name }) => {
      const guest = (instance: string) => `lab-${name}-${instance}`
      t.is(await uuidSeenBy(guest('alpha')), 'aaaaaaaa-0000-4000-8000-000000000001')
      t.is(await uuidSeenBy(guest('twin')), 'status 500')
      t.is(await uuidSeenBy(guest('other')), 'status 500')
      const ask = () => fetchIn(guest('alpha'), '/openstack/latest/vendor_data2.json')
      t.like(await ask(), { status: 200, body: '{"who": {}}' })
      await withHttpServer(guest('controller'), tellHost, async () => {
        t.like(await ask(), { status: 200, body: '{"who": {"hostname": "alpha", "of": 1.0}}' })
      })
    }),
  ))

/** A vendor data service that tells which host it was told of. */
const tellHost = `async (request, response) => {
  const { hostname } = JSON.parse((await request.toArray()).join(''))
  response.end(JSON.stringify({ hostname }).replace('}', ', "of": 1.0}'))
}`

test('where a guest gets no metadata, up tells what nova said of it', async t => {
  const absent = '/nonexistent/vendordata.json'
  const nova = `nova: {api: {vendordata_jsonfile_path: ${absent}}}\nnetworks:`
  await withTopologyFile(topology.replace(/nova:.*?networks:/s, nova), async path => {
    const name = randomLabName()
    const { exitCode, stdout } = await lab(['up', path, '--name', name])
    t.is(exitCode, 1)
    t.regex(stdout, /returned error: 500\n +nova-api-metadata: .*\/nonexistent\/vendordata\.json/)
    t.is((await lab(['down', name])).exitCode, 0)
  })
})
