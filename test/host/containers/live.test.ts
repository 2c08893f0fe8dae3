import { readFileSync } from 'node:fs'
import { type LabRecord, readRecord } from '../../../src/lab/record.ts'
import { containersOf, engineTest } from '../support/engines.ts'
import { waitFor, withLab, withTopologyFile } from '../support/lab.ts'
import { readIn } from '../support/namespace.ts'
import { statusOf } from '../support/services.ts'

//  vm1 ┬ private ── qdhcp with a proxy on network1 and on network2
//      └ late ── qdhcp likewise, until edge comes to it        six ── edge on network1, with radvd
const topology = `
hosts: {controller: controller, network1: network, network2: network, compute1: compute}
neutron: {dhcp_agents_per_network: 2, dhcp_agent: {enable_isolated_metadata: true}}
networks:
  private: {subnets: [{cidr: 192.168.30.0/24}]}
  six: {subnets: [{cidr: "fd00:31::/64", ipv6_ra_mode: slaac, ipv6_address_mode: slaac}]}
  late:
    subnets: [{name: late-subnet, cidr: "fd00:32::/64", ipv6_ra_mode: slaac, ipv6_address_mode: slaac}]
routers: {edge: {host: network1, interfaces: [six]}}
instances: {vm1: {networks: [private, late]}}
`

engineTest(
  'changes, agents and hosts touch no container but those that Neutron would start or stop',
  async (t, host) => {
    const env = { DOCKER_HOST: host }
    await withTopologyFile(topology, path =>
      withLab(
        t,
        path,
        async ({ name, run, inNode }) => {
          /** Runs a command of lab; then these containers are gone, or others of their names. */
          const does = async (words: string, touched: readonly string[] = []) => {
            const before = await idsOf(host, name)
            const { exitCode, stdout, stderr } = await run(words.split(' '))
            t.is(exitCode, 0, `${words}: ${stderr}`)
            const after = await idsOf(host, name)
            const names = [...new Set([...before.keys(), ...after.keys()])]
            const others = names.filter(one => before.get(one) !== after.get(one))
            t.deepEqual(others.sort(), [...touched].sort(), words)
            return stdout
          }
          const hostsOf = (node: string) => {
            const { id } = network(readRecord(name), 'private')
            return readFileSync(`/var/lib/lab/${name}/hosts/${node}/dhcp/${id}/host`, 'utf8')
          }

          t.regex(
            await does('instance add vm2 --network private=192.168.30.22'),
            /nova-api-metadata@controller read its files again/,
          )
          const url = 'http://169.254.169.254/latest/meta-data/local-ipv4'
          t.is(await inNode('vm2', ['curl', '-sf', '-m', '5', url]), '192.168.30.22')

          const proxies = ['network1', 'network2'].map(node => `haproxy-qdhcp-late.${node}`)
          t.regex(
            await does('router add-subnet edge late-subnet', proxies),
            /radvd .* read its files again/,
          )
          await waitFor('an advertisement of what radvd has read again', async () =>
            (await readIn(`lab-${name}-vm1`, 'ip', '-6', 'route')).includes('default via fe80:'),
          )

          t.regex(
            await does('stop neutron-dhcp-agent@network1'),
            /what it has made stays, and its engine puts it back/,
          )
          await does('instance add vm3 --network private=192.168.30.33')
          t.regex(hostsOf('network2'), /192\.168\.30\.33/)
          t.notRegex(hostsOf('network1'), /192\.168\.30\.33/)
          const begunAgain = ['private', 'six', 'late'].map(one => `dnsmasq-qdhcp-${one}.network1`)
          await does('start neutron-dhcp-agent@network1', [
            ...begunAgain,
            'haproxy-qdhcp-private.network1',
          ])
          t.regex(hostsOf('network1'), /192\.168\.30\.33/)
          t.is(
            await does('restart neutron-l3-agent'),
            '✔ neutron-l3-agent@network1 has synchronized\n✔ neutron-l3-agent@network2 has synchronized',
          )
          await does('host isolate network1')
          await does('host join network1', begunAgain)
          t.deepEqual((await statusOf(name)).differences, [])
        },
        ['--runtime', 'docker'],
        env,
      ),
    )
  },
)

/** Ids of containers, by their names without the lab's, and with a network's name for its id. */
async function idsOf(host: string, name: string): Promise<ReadonlyMap<string, string>> {
  const networks = readRecord(name)?.cloud.networks ?? []
  return new Map(
    (await containersOf(host, name)).map(({ Id, Names: [full = ''] }) => [
      networks.reduce(
        (short, one) => short.replace(one.id, one.name),
        full.replace(`/lab-${name}-`, ''),
      ),
      Id,
    ]),
  )
}

function network(record: LabRecord | null, wanted: string) {
  const found = record?.cloud.networks.find(one => one.name === wanted)
  if (found === undefined) throw new Error(`there is no network ${wanted}`)
  return found
}
