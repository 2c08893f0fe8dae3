import test from 'ava'
import { novaMetadataConfig } from '../../src/nova/config.ts'
import { sampleCloud, sampleFacts } from '../neutron/metadata-agent/sample-cloud.ts'

const config = novaMetadataConfig(sampleCloud, sampleFacts)

test('the configuration survives JSON', t => {
  t.deepEqual(JSON.parse(JSON.stringify(config)), config)
})

test("the daemon is told its user, its files and the agent's secret", t => {
  t.like(config, {
    release: 'ussuri',
    metadata_listen: '172.29.236.11',
    metadata_listen_port: 8775,
    metadata_proxy_shared_secret: 's3cr3t',
    uid: 112,
    gid: 118,
    pidFile: '/var/lib/lab/demo/run/nova-api-metadata.pid',
    passwordFile: '/var/lib/lab/demo/nova/passwords.json',
  })
})

test('an instance has its EC2 names and disks', t => {
  t.like(config.instances[0], {
    ec2_ids: {
      instance_id: 'i-0000000a',
      ami_id: 'ami-000000ff',
      kernel_id: null,
      ramdisk_id: null,
    },
    block_device_mapping: { ami: 'vda', root: '/dev/vda' },
  })
})

test('a port is a tap with the subnets it has addresses in, and their DHCP server', t => {
  const [vif] = config.instances[0]?.network_info ?? []
  t.like(vif, { devname: 'tapaaaaaaaa-11', type: 'ovs' })
  t.deepEqual(
    vif?.network.subnets.map(({ cidr, ips, dhcp_server }) => ({ cidr, ips, dhcp_server })),
    [
      {
        cidr: '10.0.0.0/24',
        ips: [{ address: '10.0.0.5', floating_ips: [] }],
        dhcp_server: '10.0.0.2',
      },
    ],
  )
})

test('a release that nobody knows is refused', t => {
  const cloud = { ...sampleCloud, nova: { ...sampleCloud.nova, release: 'zzz' } }
  t.throws(() => novaMetadataConfig(cloud, sampleFacts), { message: /no release named zzz/ })
})

test('nova is told of ports only where it asks Neutron for them', t => {
  t.deepEqual([config.ports, config.subnets], [[], []])
  const neutron = { ...sampleCloud.nova.neutron, service_metadata_proxy: false }
  const direct = novaMetadataConfig(
    { ...sampleCloud, nova: { ...sampleCloud.nova, neutron } },
    sampleFacts,
  )
  t.is(direct.ports.length, sampleCloud.ports.length)
  t.false(direct.service_metadata_proxy)
})

test('where load balancers ask, it is told of the ports on their networks', t => {
  const [network, ...others] = sampleCloud.networks
  if (network === undefined) return t.fail()
  const subnets = network.subnets.map(subnet => ({
    ...subnet,
    advanced_service_providers: ['edge'],
  }))
  const networks = [{ ...network, subnets }, ...others]
  const { ports, subnets: told } = novaMetadataConfig({ ...sampleCloud, networks }, sampleFacts)
  t.deepEqual(
    told,
    subnets.map(() => ({ network_id: network.id, advanced_service_providers: ['edge'] })),
  )
  const expected = sampleCloud.ports.filter(port => port.network_id === network.id)
  t.deepEqual(
    ports,
    expected.map(({ network_id, project_id, device_id, fixed_ips }) => ({
      network_id,
      project_id,
      device_id,
      ip_addresses: fixed_ips.map(ip => ip.ip_address),
    })),
  )
})
