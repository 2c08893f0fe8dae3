import test from 'ava'
import { hostStatePath } from '../../src/cloud/derive-hosts.ts'
import { ownSocketOf } from '../../src/cloud/derive-metadata-agent.ts'
import { longestName } from '../../src/topology/check/check-hosts.ts'
import { mistakesOf } from './mistakes-of.ts'

/** A topology whose hosts are line 1, and what is on them in line 2. */
const finds = test.macro({
  exec(t, hosts: string, rest: string, ...expected: string[]) {
    t.deepEqual(mistakesOf(`hosts: ${hosts}\n${rest}\n`), expected)
  },
  title: title => `hosts: ${title}`,
})

const five =
  '{ctl: controller, net1: network, net2: network, com1: compute, com2: {roles: [compute]}}'
const empty = 'networks: {}'
const served = 'networks: {a: {subnets: [{cidr: 10.0.0.0/24}]}}'
const unserved = 'networks: {a: {subnets: [{cidr: 10.0.0.0/24, enable_dhcp: false}]}}'

test('five of them', finds, five, served)
test('one with every role', finds, '{aio: [controller, network, compute]}', served)
test(
  'more DHCP agents for each network than there are',
  finds,
  five,
  `${served}\nneutron: {dhcp_agents_per_network: 3}`,
)
test(
  'a role that there is not',
  finds,
  '{ctl: controler, net1: network}',
  served,
  '1:14 `ctl` must be controller, network or compute | did you mean `controller`?',
)

const add = (role: string) => `add it to the roles of one: \`roles: [${role}, …]\``
test(
  'a role that there is not, in a list and in details',
  finds,
  '{ctl: [controller, netwrk], net1: {roles: [netwrk]}, net2: []}',
  served,
  '1:27 `ctl[1]` must be controller, network or compute | did you mean `network`?',
  '1:51 `roles[0]` must be controller, network or compute | did you mean `network`?',
  '1:67 `net2` must name at least one role',
)
test(
  'what is no role at all',
  finds,
  '{ctl: 7, net1: {role: network}}',
  served,
  '1:14 `ctl` must be "controller" or "network" or "compute" or a list or a mapping, not a number',
  '1:17 `roles` is missing',
  '1:24 unknown key `role` | did you mean `roles`?',
)
test(
  'no controller',
  finds,
  '{net1: network}',
  served,
  `1:1 no host has the role controller: nova-api-metadata runs there | ${add('controller')}`,
)
test(
  'two controllers',
  finds,
  '{ctl: controller, two: [network, controller]}',
  served,
  '1:26 `ctl` is the controller already, and there can be but one nova-api-metadata | leave the role out here',
)
test(
  'nobody for DHCP',
  finds,
  '{ctl: controller}',
  served,
  `1:1 no host has the role network: the DHCP agent of network \`a\` has no place to be | ${add('network')}`,
)
test(
  'nobody for a router',
  finds,
  '{ctl: controller}',
  `${unserved}\nrouters: {r: {interfaces: [a]}}`,
  `1:1 no host has the role network: router \`r\` has no place to be | ${add('network')}`,
)
test('no network host where nothing needs one', finds, '{ctl: controller}', unserved)
test(
  'no network host with OVN',
  finds,
  '{ctl: controller, com1: compute}',
  `${served}\nneutron: {mechanism_driver: ovn}\nrouters: {r: {interfaces: [a]}}`,
)
test(
  'nobody for instances',
  finds,
  '{ctl: [controller, network]}',
  `${served}\ninstances: {vm1: {networks: [a]}}`,
  `1:1 no host has the role compute: instance \`vm1\` has no place to be | ${add('compute')}`,
)
test(
  'nobody for guests',
  finds,
  '{ctl: [controller, network]}',
  `${served}\nguests: {g1: {networks: [a]}}`,
  `1:1 no host has the role compute: guest \`g1\` has no place to be | ${add('compute')}`,
)

test(
  'an instance on a host that there is not',
  finds,
  five,
  `${served}\ninstances: {vm1: {networks: [a], host: com3}, vm2: {networks: [a], host: elsewhere}}`,
  '3:40 there is no host `com3` | did you mean `com1`?',
  '3:74 there is no host `elsewhere` | there are ctl, net1, net2, com1, com2',
)
test(
  'a guest where none run',
  finds,
  five,
  `${served}\nguests: {g1: {networks: [a], host: net1}}`,
  '3:36 host `net1` runs no guests: its roles are network | add compute to its roles, or take com1, com2',
)
test(
  'a router where no L3 agent is',
  finds,
  five,
  `${served}\nrouters: {r: {interfaces: [a], host: com1}}`,
  '3:38 host `com1` has no DHCP and L3 agents: its roles are compute | add network to its roles, or take net1, net2',
)
test(
  'DHCP agents: a host twice, one that there is not, and one without',
  finds,
  five,
  'networks: {a: {dhcp_agents: [net1, net1, net3, ctl]}}',
  '2:36 `net1` is named twice',
  '2:42 there is no host `net3` | did you mean `net1`?',
  '2:48 host `ctl` has no DHCP and L3 agents: its roles are controller | add network to its roles, or take net1, net2',
)
test(
  'hosts that are ill-formed are there',
  finds,
  '{ctl: controller, net1: {roles: network}}',
  'networks: {a: {dhcp_agents: [net1]}}',
  '1:40 `roles` must be a list, not text',
)

test('without the section there is one', t => {
  t.deepEqual(mistakesOf(`${served}\nrouters: {r: {host: controller, interfaces: [a]}}\n`), [])
  t.deepEqual(mistakesOf(`${served}\nrouters: {r: {host: net1, interfaces: [a]}}\n`), [
    '2:21 there is no host `net1` | there is controller',
  ])
})

const withAddresses = (one: string, other: string) =>
  `{ctl: {roles: [controller], ${one}}, net: {roles: [network], ${other}}}`
test(
  'addresses of their own',
  finds,
  withAddresses('management_ip: 172.29.236.1', 'local_ip: 172.29.243.254'),
  empty,
)
test(
  'addresses outside, and those of the networks themselves',
  finds,
  withAddresses(
    'management_ip: 172.29.240.1, local_ip: 10.0.0.1',
    'management_ip: 172.29.236.0, local_ip: 172.29.243.255',
  ),
  empty,
  '1:51 `172.29.240.1` is outside the management network, 172.29.236.0/22',
  '1:75 `10.0.0.1` is outside the network of tunnels, 172.29.240.0/22',
  '1:125 `172.29.236.0` is the network’s own or the broadcast address of 172.29.236.0/22',
  '1:149 `172.29.243.255` is the network’s own or the broadcast address of 172.29.240.0/22',
)
test(
  'addresses of another',
  finds,
  withAddresses(
    'management_ip: 172.29.236.9, local_ip: 172.29.240.9',
    'management_ip: 172.29.236.9, local_ip: 172.29.240.9',
  ),
  empty,
  '1:129 `172.29.236.9` is already the address of host `ctl`',
  '1:153 `172.29.240.9` is already the address of host `ctl`',
)

test(
  'the names of other nodes',
  finds,
  '{ctl: controller, a: network, vm1: compute}',
  `${served}\ninstances: {vm1: {networks: [a]}}\nguests: {controller: {networks: [a]}}`,
  '2:12 `a` is also the name of a host; `lab exec a` could mean either',
  '3:13 `vm1` is also the name of a host; `lab exec vm1` could mean either',
)

const longName = 'n'.repeat(longestName)
test('names as long as can be', finds, `{ctl: controller, ${longName}: network}`, served)
test(
  'a name that is longer',
  finds,
  `{ctl: controller, ${longName}n: network}`,
  served,
  `1:26 \`${longName}n\` has more than 40 characters, so the path of its metadata_proxy socket may be longer than a socket’s path can be`,
)
test('the longest name of a host and of a lab leave room for the socket', t => {
  t.is(ownSocketOf(hostStatePath('l'.repeat(32), longName)).length, 107)
})

const network = (id: number, type?: string) =>
  `{provider:segmentation_id: ${id}${type === undefined ? '' : `, provider:network_type: ${type}`}}`
test(
  'segmentation ids of their own',
  finds,
  five,
  `networks: {a: ${network(7)}, b: ${network(8, 'geneve')}, c: ${network(7, 'vlan')}, d: ${network(8, 'vlan')}, e: ${network(16777215)}}`,
)
test(
  'segmentation ids of others',
  finds,
  five,
  `networks: {a: ${network(7)}, b: ${network(7, 'gre')}, c: ${network(7, 'vlan')}, d: ${network(7, 'vlan')}}`,
  '2:76 `7` is already the VNI of network `a`',
  '2:201 `7` is already the tag of network `c`',
)
test(
  'segmentation ids where there is none, or no such one',
  finds,
  five,
  `networks: {a: ${network(7, 'flat')}, b: ${network(7, 'local')}, c: ${network(4095, 'vlan')}, d: {router:external: true, provider:segmentation_id: 9}}`,
  '2:42 a flat network has no segmentation id | leave it out',
  '2:105 a local network has no segmentation id | leave it out',
  '2:169 `4095` is no tag of a vlan, which is from 1 to 4094',
  '2:258 a flat network has no segmentation id | leave it out',
)

const asks = (address: string) =>
  `${empty}\nneutron: {metadata_agent: {nova_metadata_host: ${address}}}`
const controllerAt = '{ctl: {roles: [controller], management_ip: 172.29.236.50}}'
test(
  "a nova that is the lab's own, by the controller's address",
  finds,
  controllerAt,
  asks('172.29.236.50'),
)
test(
  'a nova where the controller would be without its address',
  finds,
  controllerAt,
  asks('172.29.236.11'),
  '3:48 the nova-api-metadata at 172.29.236.11 checks what the agent signs, and the lab does not know its secret | set `metadata_proxy_shared_secret` beside it, as that nova’s nova.conf has it in [neutron]',
)
