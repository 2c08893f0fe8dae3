import test from 'ava'
import type { Cloud } from '../../src/cloud/cloud.ts'
import type { Instance } from '../../src/cloud/instance.ts'
import { buildInstanceView } from '../../src/nova/build-instance-view.ts'
import type { InstanceView } from '../../src/nova/instance-view.ts'
import { renderNetworkData } from '../../src/nova/openstack/network-data.ts'
import { floatingIpsOf, goldenCloud } from './cloud.ts'
import { type RecordedInstance, type RecordedVif, recordedCloud } from './recorded-cloud.ts'

test('golden.yaml has the recorded instances in their order', t => {
  t.deepEqual(names(goldenCloud.instances), names(recordedCloud.instances))
})

const isRecorded = test.macro({
  title: (_, name: string) => `${name} is what nova read back, attribute for attribute`,
  exec(t, name: string) {
    const recorded = recordedCloud.instances.find(instance => instance.name === name)
    const instance = goldenCloud.instances.find(candidate => candidate.name === name)
    if (recorded === undefined || instance === undefined) return t.fail('it is not there')
    t.deepEqual(attributesOf(goldenCloud, instance), {
      ...recorded,
      devices: recorded.devices.map(device => ({
        ...device,
        bus: device.bus.replace('virtio-', ''),
      })),
      network_info_cache: recorded.network_info_cache.map(simplifyVif),
    })
  },
})

for (const { name } of recordedCloud.instances) test(isRecorded, name)

/** All that is recorded of an instance. */
function attributesOf(cloud: Cloud, instance: Instance): Record<keyof RecordedInstance, unknown> {
  const view = buildInstanceView(cloud, instance)
  const { uuid, display_name, hostname, project_id, launch_index, flavor, reservation_id } = view
  const { availability_zone, keypair, metadata, user_data_base64, security_groups } = view
  const { block_device_mapping, devices, dedicated_cpus, password } = view
  const { name, user_id, root_device_name, image_id, kernel_id, ramdisk_id } = instance
  const networkData = renderNetworkData(view, 'zed')
  return {
    ...{ uuid, display_name, hostname, project_id, launch_index, flavor, reservation_id },
    ...{ availability_zone, keypair, metadata, user_data_base64, security_groups },
    ...{ block_device_mapping, devices, dedicated_cpus, password },
    ...{ name, user_id, root_device_name },
    // Nova's database has no null here.
    image_ref: image_id ?? '',
    kernel_id: kernel_id ?? '',
    ramdisk_id: ramdisk_id ?? '',
    ec2: view.ec2_ids,
    dhcp_domain: cloud.nova.api.dhcp_domain,
    network_info_cache: view.network_info.map(withoutDhcpServer),
    network_data: networkData === '{}' ? null : JSON.parse(networkData),
    ip_info: sortIps(view),
    ports: instance.port_ids.map(id => describePort(cloud, id)),
  }
}

function withoutDhcpServer(vif: InstanceView['network_info'][number]) {
  const subnets = vif.network.subnets.map(({ dhcp_server, enable_dhcp, ...subnet }) => ({
    ...subnet,
    hasDhcpServer: dhcp_server !== null,
  }))
  return { ...vif, network: { ...vif.network, subnets } }
}

/**
 * The recorded one in the form of our own. Where its neutron had no DHCP port for a subnet with DHCP, nova took the
 * gateway for the server; a lab has the port.
 */
function simplifyVif({ id, address, devname, type, network }: RecordedVif) {
  const subnets = network.subnets.map(({ version, cidr, gateway, dns, routes, ips, meta }) => ({
    version,
    cidr,
    gateway: gateway.address,
    dns: dns.map(server => server.address),
    routes: routes.map(route => ({ cidr: route.cidr, gateway: route.gateway.address })),
    ips: ips.map(ip => ({
      address: ip.address,
      floating_ips: ip.floating_ips.map(floating => floating.address),
    })),
    ipv6_address_mode: meta.ipv6_address_mode ?? null,
    hasDhcpServer: meta.dhcp_server !== undefined,
  }))
  return { id, address, devname, type, network: { id: network.id, mtu: network.meta.mtu, subnets } }
}

function sortIps({ network_info }: InstanceView) {
  const ips = network_info.flatMap(vif => vif.network.subnets.flatMap(subnet => subnet.ips))
  const addresses = ips.map(({ address }) => address)
  return {
    fixed_ips: addresses.filter(address => !address.includes(':')),
    fixed_ip6s: addresses.filter(address => address.includes(':')),
    floating_ips: ips.flatMap(({ floating_ips }) => floating_ips),
  }
}

function describePort(cloud: Cloud, portId: string) {
  const port = cloud.ports.find(({ id }) => id === portId)
  const [ip] = floatingIpsOf(portId)
  return {
    id: portId,
    network_id: port?.network_id,
    mac_address: port?.mac_address,
    project_id: port?.project_id,
    fixed_ips: port?.fixed_ips.map(({ ip_address }) => ip_address),
    floating: ip === undefined ? null : { ip },
  }
}

function names(list: readonly { readonly name: string }[]): string[] {
  return list.map(({ name }) => name)
}
