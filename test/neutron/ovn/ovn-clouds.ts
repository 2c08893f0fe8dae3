import type { Cloud, Host, Network, Port } from '../../../src/cloud/cloud.ts'
import { readCloud } from '../../cloud/read-cloud.ts'

/** A cloud of ML2/OVN: `private` with guests on both compute hosts, `other` with one on the second. */
export function ovnCloud(neutron = ''): Cloud {
  return readCloud(`
neutron: {mechanism_driver: ovn${neutron}}
hosts:
  controller: {roles: [controller, network]}
  compute1: {roles: [compute]}
  compute2: {roles: [compute]}
networks:
  private:
    subnets:
      - {name: first, cidr: 192.168.30.0/24}
      - {name: second, cidr: 192.168.31.0/24}
      - {name: third, cidr: 'fd00:7::/64'}
    dhcp_port: {mac_address: 'fa:16:3e:00:00:02', id: d1a2b3c4-5678-4abc-8def-000000000002}
    id: 0aa11bb2-2cc3-4dd4-8ee5-5ff667788990
  other: {id: 0bb11bb2-2cc3-4dd4-8ee5-5ff667788990, subnets: [{cidr: 10.0.0.0/24, gateway_ip: null}]}
instances:
  vm1: {host: compute1, networks: [{name: private, fixed_ips: [192.168.30.11]}]}
  vm2: {host: compute2, networks: [{name: private, fixed_ips: [192.168.31.12, 'fd00:7::12']}]}
  vm3: {host: compute2, networks: [{name: other, fixed_ip: 10.0.0.13}]}
`)
}

export const privateId = '0aa11bb2-2cc3-4dd4-8ee5-5ff667788990'

export function networkNamed(cloud: Cloud, name: string): Network {
  return find(cloud.networks, network => network.name === name)
}

export function hostNamed(cloud: Cloud, name: string): Host {
  return find(cloud.hosts, host => host.name === name)
}

/** The port of an instance's only NIC. */
export function portOf(cloud: Cloud, instance: string): Port {
  const { id } = find(cloud.instances, ({ name }) => name === instance)
  return find(cloud.ports, ({ device_id }) => device_id === id)
}

function find<T>(all: readonly T[], isWanted: (one: T) => boolean): T {
  const found = all.find(isWanted)
  if (found === undefined) throw new Error('the cloud has no such thing')
  return found
}
