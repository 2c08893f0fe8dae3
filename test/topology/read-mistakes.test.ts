import test from 'ava'
import { mistakesOf } from './mistakes-of.ts'

const finds = test.macro({
  exec(t, text: string, ...expected: string[]) {
    t.deepEqual(mistakesOf(text), expected)
  },
  title: title => `a mistake: ${title}`,
})

const net = 'networks: {net: {subnets: [{cidr: 10.0.0.0/24}]}}'

test('an empty file', finds, '', '1:1 the file is empty')
test('only a comment', finds, '# nothing\n', '1:1 the file is empty')
test('a list', finds, '- a\n', '1:1 the file must be a mapping')
test('plain text', finds, 'hello', '1:1 the file must be a mapping')
test(
  'more than 1 MiB',
  finds,
  `#${'x'.repeat(2 ** 20)}`,
  '1:1 the file is longer than 1 MiB, which no topology is',
)
test(
  'two documents',
  finds,
  `${net}\n---\n${net}\n`,
  '2:1 a topology is one YAML document, and a second one begins here',
)
test(
  'a bracket that nobody closes, and nothing of what follows from it',
  finds,
  'networks: [\n  private:\n    subnets:\n      - cidr: 10.0.0.0/24\nname: x\n',
  '3:5 YAML: Block collections are not allowed within flow collections; what else it finds may only follow from that',
)
test('an unknown tag', finds, 'name: !vault x\n', '1:7 YAML: Unresolved tag: !vault')
test(
  'a key twice',
  finds,
  `name: a\n${net}\nname: b\n`,
  '3:1 `name` is here twice; first in line 1',
)
test(
  'an anchor that is not there',
  finds,
  `${net}\ndescription: *nobody\n`,
  '2:14 `*nobody` refers to an anchor that is not there',
)
test(
  'an anchor that holds itself',
  finds,
  `${net}\nnova: {api: {vendordata: &a {b: *a}}}\n`,
  '2:33 `*a` refers to itself',
)
test(
  'a name that JavaScript reserves',
  finds,
  `${net}\ninstances: {constructor: {networks: [net]}}\n`,
  '2:13 `constructor` cannot be a name or key here',
)
test('no networks', finds, 'name: a\n', '1:1 `networks` is missing')
test('a section without content', finds, `${net}\nrouters:\n`, '2:1 `routers` is empty')
test(
  'an unknown key',
  finds,
  'network: {}\nnetworks: {}\n',
  '1:1 unknown key `network` | did you mean `networks`?',
)
test(
  'an unknown key like nothing known',
  finds,
  'networks: {net: {subnets: [{cidr: 10.0.0.0/24}], dhcp_port: {xyzzy: 1}}}',
  '1:62 unknown key `xyzzy` | known here: id, mac_address, fixed_ip, fixed_ips',
)
test(
  'another nova without its secret',
  finds,
  `${net}\nneutron: {metadata_agent: {nova_metadata_host: nova.example}}\n`,
  '2:48 the nova-api-metadata at nova.example checks what the agent signs, and the lab does not know its secret | set `metadata_proxy_shared_secret` beside it, as that nova’s nova.conf has it in [neutron]',
)
test(
  'another nova beside what the lab’s own would do',
  finds,
  `${net}\nneutron: {metadata_agent: {nova_metadata_host: nova.example, metadata_proxy_shared_secret: s}}\nnova: {wsgi: {ssl_ca_file: a}, neutron: {metadata_proxy_shared_secret: t}}\n`,
  '3:28 `ssl_ca_file` means nothing: guests are served by another nova, and the lab starts none | it is set where that nova runs, in its nova.conf',
  '3:72 `metadata_proxy_shared_secret` means nothing: guests are served by another nova, and the lab starts none | it is set where that nova runs, in its nova.conf',
)
test(
  'a host that is none',
  finds,
  `${net}\nneutron: {metadata_agent: {nova_metadata_host: 10.0.0.300, metadata_proxy_shared_secret: s}}\n`,
  '2:48 `nova_metadata_host` must be an IP address or a host name like nova.example.org',
)
test(
  'an agent elsewhere beside what the lab’s own would do',
  finds,
  `${net}\nneutron: {metadata_agent: {metadata_proxy_socket: /run/m, nova_metadata_port: 1, nova_metadata_protocol: https}}\n`,
  '2:79 `nova_metadata_port` means nothing beside `metadata_proxy_socket`: the lab starts no agent | it is set where that agent runs, in its metadata_agent.ini',
  '2:106 `nova_metadata_protocol` means nothing beside `metadata_proxy_socket`: the lab starts no agent | it is set where that agent runs, in its metadata_agent.ini',
)
test(
  'a socket that haproxy could not read in its configuration',
  finds,
  `${net}\nneutron: {metadata_agent: {metadata_proxy_socket: "/run/a b"}}\n`,
  '2:51 `metadata_proxy_socket` must be a path without spaces, quotes and the like',
)
test(
  'a socket with too long a path',
  finds,
  `${net}\nneutron: {metadata_agent: {metadata_proxy_socket: /${'x'.repeat(107)}}}\n`,
  '2:51 `metadata_proxy_socket` is longer than the 107 bytes that a socket’s path may have',
)
test(
  'TLS options over http',
  finds,
  `${net}\nneutron: {metadata_agent: {auth_ca_cert: a, nova_metadata_insecure: true}}\n`,
  '2:42 `auth_ca_cert` means nothing over http | add `nova_metadata_protocol: https`',
  '2:69 `nova_metadata_insecure` means nothing over http | add `nova_metadata_protocol: https`',
)
test(
  'an authority that is not asked',
  finds,
  `${net}\nneutron: {metadata_agent: {nova_metadata_protocol: https, auth_ca_cert: a, nova_metadata_insecure: true}}\n`,
  '2:73 `auth_ca_cert` means nothing with `nova_metadata_insecure`: no certificate is checked',
)
test(
  'a certificate without its key',
  finds,
  `${net}\nneutron: {metadata_agent: {nova_metadata_protocol: https, nova_client_cert: a}}\nnova: {wsgi: {ssl_key_file: b}}\n`,
  '2:77 `nova_client_cert` means nothing without `nova_client_priv_key`',
  '3:29 `ssl_key_file` means nothing without `ssl_cert_file`',
)
test(
  'an authority of clients without TLS',
  finds,
  `${net}\nnova: {wsgi: {ssl_ca_file: a}}\n`,
  '2:28 `ssl_ca_file` means nothing while nova-api-metadata speaks plain HTTP | add `ssl_cert_file` and `ssl_key_file`, or `nova_metadata_protocol: https`',
)
test(
  'a wrong type',
  finds,
  'networks: {net: {mtu: big, subnets: {cidr: 10.0.0.0/24}}}',
  '1:23 `mtu` must be a number, not text',
  '1:28 `subnets` must be a list, not a mapping',
)
test(
  'a list for a mapping',
  finds,
  `${net}\ninstances: [vm1]\n`,
  '2:1 `instances` must be a mapping, not a list',
)
test(
  'a number where text belongs',
  finds,
  `${net}\ninstances: {vm1: {networks: [net], metadata: {role: 1}}}\n`,
  '2:53 `role` must be text, not a number | put it in quotes to make it text',
)
test(
  'an unknown release',
  finds,
  `neutron: {release: usuri}\n${net}\n`,
  '1:20 `release` must be a release of OpenStack: havana, icehouse, juno, kilo, liberty, mitaka, newton, ocata, pike, queens, rocky, stein, train, ussuri, victoria, wallaby, xena, yoga, zed, 2023.1, 2023.2, 2024.1, 2024.2, 2025.1, 2025.2, 2026.1 | did you mean `ussuri`?',
)
test(
  'a name that no lab can have',
  finds,
  `name: My_Lab\n${net}\n`,
  '1:7 `name` must be 1 to 32 of a-z, 0-9 and -, not beginning or ending with -',
)
test(
  'a name that is no host name',
  finds,
  `${net}\ninstances: {web_1: {networks: [net]}}\n`,
  '2:13 `web_1` must be a host name: 1 to 63 letters, digits or -, not beginning or ending with - (RFC 1123)',
)
test(
  'host bits in a CIDR',
  finds,
  'networks: {net: {subnets: [{cidr: 192.168.30.5/24}]}}',
  '1:35 `cidr` has host bits set; the network is 192.168.30.0/24',
)
test(
  'what else is wrong about a network that host bits only hint at',
  finds,
  'networks: {net: {subnets: [{cidr: 10.0.0.1/24}, {cidr: 10.0.0.128/25}]}}\n' +
    'instances: {vm1: {networks: [{name: net, fixed_ip: 10.9.0.4}]}}\n',
  '1:35 `cidr` has host bits set; the network is 10.0.0.0/24',
  '1:56 `10.0.0.128/25` overlaps 10.0.0.0/24 of the same network `net`',
  '2:52 `10.9.0.4` is outside every subnet of network `net`: 10.0.0.0/24, 10.0.0.128/25',
)
test(
  'no CIDR at all',
  finds,
  'networks: {net: {subnets: [{cidr: 192.168.30/24}, {name: x}]}}',
  '1:35 `cidr` must be a CIDR like 192.168.30.0/24',
  '1:51 `cidr` is missing',
)
test(
  'overlapping subnets',
  finds,
  'networks: {net: {subnets: [{cidr: 10.0.0.0/24}, {cidr: 10.0.0.128/25}]}}',
  '1:56 `10.0.0.128/25` overlaps 10.0.0.0/24 of the same network `net`',
)
test(
  'a gateway outside',
  finds,
  'networks: {net: {subnets: [{cidr: 10.0.0.0/24, gateway_ip: 10.0.1.1}]}}',
  '1:60 gateway `10.0.1.1` is outside its subnet 10.0.0.0/24',
)
test(
  'a gateway of the other IP version',
  finds,
  'networks: {a: {subnets: [{cidr: 10.0.0.0/24, gateway_ip: "fe80::1"}]}, b: {subnets: [{cidr: "2001:db8::/64", gateway_ip: 10.0.0.1}]}}',
  '1:58 `fe80::1` is not IPv4 like its subnet 10.0.0.0/24',
  '1:122 `10.0.0.1` is not IPv6 like its subnet 2001:db8::/64',
)
test(
  'a next hop that no guest without DHCP can reach',
  finds,
  'networks: {net: {subnets: [{cidr: 10.0.0.0/24, enable_dhcp: false, host_routes: [{destination: 198.51.100.0/24, nexthop: 10.0.1.9}]}]}}',
  '1:122 nexthop `10.0.1.9` is no host address of its subnet 10.0.0.0/24; without DHCP the guest sets the route itself, and its kernel refuses such a gateway',
)
test(
  'the metadata service’s address on a port',
  finds,
  `networks: {net: {subnets: [{cidr: 169.254.0.0/16, gateway_ip: 169.254.169.254}]}, other: {subnets: [{cidr: 169.254.0.0/16}], dhcp_port: {fixed_ip: 169.254.169.254}}, third: {subnets: [{cidr: 169.254.0.0/16}]}}
instances: {vm1: {networks: [{name: third, fixed_ips: [169.254.0.9, 169.254.169.254]}]}}`,
  '1:63 `169.254.169.254` is where guests ask for metadata, so no port can have it',
  '1:148 `169.254.169.254` is where guests ask for metadata, so no port can have it',
  '2:69 `169.254.169.254` is where guests ask for metadata, so no port can have it',
)
test(
  'the metadata service’s address in turn',
  finds,
  'networks: {net: {subnets: [{cidr: 169.254.0.0/16, allocation_pools: [{start: 169.254.169.253, end: 169.254.169.255}]}]}}\ninstances: {vm1: {networks: [net]}}',
  '2:30 this port would get `169.254.169.254`, where guests ask for metadata | leave the address out of the allocation pools',
)
test(
  'a gateway on the broadcast address',
  finds,
  'networks: {net: {subnets: [{cidr: 10.0.0.0/24, gateway_ip: 10.0.0.255}]}}',
  '1:60 gateway `10.0.0.255` is the network’s own or its broadcast address, which no gateway can have',
)
test(
  'a pool beyond the subnet',
  finds,
  'networks: {net: {subnets: [{cidr: 10.0.0.0/24, allocation_pools: [{start: 10.0.0.9, end: 10.0.1.9}]}]}}',
  '1:90 `10.0.1.9` is not a host address of its subnet 10.0.0.0/24',
)
test(
  'a pool backwards',
  finds,
  'networks: {net: {subnets: [{cidr: 10.0.0.0/24, allocation_pools: [{start: 10.0.0.9, end: 10.0.0.2}]}]}}',
  '1:67 the pool ends before it starts | swap 10.0.0.9 and 10.0.0.2',
)
test(
  'the gateway in a pool',
  finds,
  'networks: {net: {subnets: [{cidr: 10.0.0.0/24, allocation_pools: [{start: 10.0.0.1, end: 10.0.0.9}]}]}}',
  '1:67 the gateway 10.0.0.1 is in the allocation pool',
)
test(
  'a subnet too small for DHCP',
  finds,
  'networks: {net: {subnets: [{cidr: 10.0.0.0/31}]}}',
  '1:35 `10.0.0.0/31` is too small for DHCP: /30 is the smallest | take another range, or set `enable_dhcp: false`',
)
test(
  'DHCP on multicast',
  finds,
  'networks: {net: {subnets: [{cidr: 224.1.0.0/24}]}}',
  '1:35 `224.1.0.0/24` is multicast, where DHCP cannot serve | take another range, or set `enable_dhcp: false`',
)
test(
  'a subnet too small for its ports',
  finds,
  'networks: {net: {subnets: [{cidr: 10.0.0.0/30}]}}\ninstances: {vm1: {networks: [net]}, vm2: {networks: [net]}}',
  '2:30 network `net` has no address left for this port, nor for 1 more | make the subnet or its allocation pools larger',
)
test(
  'a network that is not there',
  finds,
  `${net}\ninstances: {vm1: {networks: [nett]}, vm2: {networks: [{name: other}]}}\n`,
  '2:30 there is no network `nett` | did you mean `net`?',
  '2:62 there is no network `other` | there is net',
)
for (const name of ['constructor', 'toString', 'valueOf', 'hasOwnProperty']) {
  test(
    `a network that every object inherits: ${name}`,
    finds,
    `${net}\nrouters: {r1: {external_gateway: ${name}, interfaces: [${name}]}}\ninstances: {vm1: {networks: [{name: ${name}, fixed_ip: 10.0.0.9}]}}\n`,
    `2:34 there is no network \`${name}\` | there is net`,
    `2:${49 + name.length} there is no network \`${name}\` | there is net`,
    `3:37 there is no network \`${name}\` | there is net`,
  )
}
test(
  'a keypair that is not there',
  finds,
  `${net}\nkeypairs: {ops: ssh-ed25519 AAAA}\ninstances: {vm1: {networks: [net], key_name: opps}}\n`,
  '3:46 there is no keypair `opps` | did you mean `ops`?',
)
test(
  'an instance without a network',
  finds,
  `${net}\ninstances: {vm1: {networks: []}}\n`,
  '2:29 `networks` must name at least one network',
)
test(
  'a network without a subnet',
  finds,
  'networks: {net: {}}\ninstances: {vm1: {networks: [net]}}\n',
  '2:30 network `net` has no subnet, and nova boots no instance on such a network',
)
test(
  'an address outside',
  finds,
  `${net}\ninstances: {vm1: {networks: [{name: net, fixed_ip: 10.0.1.5}]}}\n`,
  '2:52 `10.0.1.5` is outside every subnet of network `net`: 10.0.0.0/24',
)
test(
  'the gateway’s address',
  finds,
  `${net}\ninstances: {vm1: {networks: [{name: net, fixed_ip: 10.0.0.1}]}}\n`,
  '2:52 `10.0.0.1` is the gateway of 10.0.0.0/24',
)
test(
  'an address twice',
  finds,
  `${net}\ninstances: {vm1: {networks: [{name: net, fixed_ip: 10.0.0.9}]}, vm2: {networks: [{name: net, fixed_ip: 10.0.0.9}]}}\n`,
  '2:104 `10.0.0.9` is already the address of instance `vm1`',
)
test(
  'the DHCP port’s address twice',
  finds,
  'networks: {net: {subnets: [{cidr: 10.0.0.0/24}], dhcp_port: {fixed_ip: 10.0.0.9}}}\ninstances: {vm1: {networks: [{name: net, fixed_ip: 10.0.0.9}]}}',
  '2:52 `10.0.0.9` is already the address of the DHCP port of network `net`',
)
test(
  'two routers that are one gateway',
  finds,
  `${net}\nrouters: {r1: {interfaces: [net]}, r2: {interfaces: [net]}}\n`,
  '2:54 `10.0.0.1` is already the address of router `r1`',
)
test(
  'overlapping subnets on a router',
  finds,
  'networks: {a: {subnets: [{cidr: 10.0.0.0/16}]}, b: {subnets: [{cidr: 10.0.9.0/24}]}}\nrouters: {r1: {interfaces: [a, b]}}\n',
  '2:32 10.0.9.0/24 of `b` overlaps 10.0.0.0/16 of `a` on the same router',
)
test(
  'an external gateway on a network that is not external',
  finds,
  `${net}\nrouters: {r1: {external_gateway: net}}\n`,
  '2:34 network `net` is not external, so no router can have its gateway there | set `router:external: true` on `net`',
)
test(
  'an interface where there is no gateway',
  finds,
  'networks: {net: {subnets: [{cidr: 10.0.0.0/24, gateway_ip: null}]}}\nrouters: {r1: {interfaces: [net]}}\n',
  '2:29 network `net` has no subnet with a gateway_ip to attach',
)
test(
  'IPv6 that another router announces, on a router',
  finds,
  'networks: {net: {subnets: [{cidr: "2001:db8::/64", ipv6_address_mode: slaac}]}}\nrouters: {r1: {interfaces: [net]}}\n',
  '2:29 IPv6 subnet 2001:db8::/64 cannot be on a router: with `ipv6_address_mode` alone it is announced by a router that is not Neutron’s | set `ipv6_ra_mode: slaac`, too',
)
test(
  'a link-local gateway for a router’s port',
  finds,
  'networks: {net: {subnets: [{cidr: "2001:db8::/64", gateway_ip: "fe80::1"}]}}\nrouters: {r1: {interfaces: [net]}}\n',
  '2:29 gateway fe80::1 is no address of 2001:db8::/64, so the router’s port cannot have it; the interface needs a fixed_ip',
)
test(
  'an id for a second IPv6 port of a router on a network',
  finds,
  `networks: {net: {subnets: [{cidr: "fd00:1::/64", name: a}, {cidr: "fd00:2::/64", name: b}]}}
routers: {r1: {interfaces: [{network: net, subnet: a}, {network: net, subnet: b, port_id: 11111111-0000-4000-8000-000000000001}]}}
`,
  '2:91 `port_id` would be of a second IPv6 port on `net`, and a router has one for all its IPv6 subnets of a network | give it at the first of them',
)

const external = 'ext: {router:external: true, subnets: [{cidr: 203.0.113.0/24}]}'
const routed = `networks: {net: {subnets: [{cidr: 10.0.0.0/24}]}, lone: {subnets: [{cidr: 10.1.0.0/24}]}, ${external}}
routers: {r1: {external_gateway: {network: ext, fixed_ip: 203.0.113.9}, interfaces: [net]}}`

function withFloatingIp(address: string, network = 'net'): string {
  return `${routed}\ninstances:\n  vm1: {networks: [{name: ${network}, floating_ip: ${address}}]}\n`
}

test(
  'a floating IP of no external network',
  finds,
  withFloatingIp('198.51.100.7'),
  '4:45 `198.51.100.7` is in no subnet of an external network | external are 203.0.113.0/24 of `ext`',
)
test(
  'a floating IP without an external network',
  finds,
  `${net}\ninstances:\n  vm1: {networks: [{name: net, floating_ip: 203.0.113.7}]}\n`,
  '3:45 `203.0.113.7` is in no subnet of an external network | give the topology a network with `router:external: true`',
)
test(
  'an IPv6 floating IP',
  finds,
  withFloatingIp('"2001:db8::7"'),
  '4:45 `2001:db8::7` is not IPv4, and no other floating IP is possible',
)
test(
  'a floating IP that no router leads to',
  finds,
  withFloatingIp('203.0.113.7', 'lone'),
  '4:46 no router leads from `ext`, the network of `203.0.113.7`, to an IPv4 address of this port | a router with `external_gateway: ext` and an interface on an IPv4 subnet of `lone` does',
)
test(
  'a floating IP that is the broadcast address',
  finds,
  withFloatingIp('203.0.113.255'),
  '4:45 `203.0.113.255` is the network’s own or the broadcast address of 203.0.113.0/24',
)
test(
  'a floating IP that is the provider’s gateway',
  finds,
  withFloatingIp('203.0.113.1'),
  '4:45 `203.0.113.1` is the gateway of 203.0.113.0/24',
)
test(
  'a floating IP that is the router’s own address',
  finds,
  withFloatingIp('203.0.113.9'),
  '4:45 `203.0.113.9` is already the address of router `r1`',
)
test(
  'a floating IP twice',
  finds,
  `${withFloatingIp('203.0.113.7')}  vm2: {networks: [{name: net, floating_ip: 203.0.113.7}]}\n`,
  '5:45 `203.0.113.7` is already the address of a floating IP of instance `vm1`',
)
test(
  'a floating IP for two addresses',
  finds,
  `networks: {net: {subnets: [{cidr: 10.0.0.0/24}, {cidr: 10.1.0.0/24}]}, ${external}}
routers: {r1: {external_gateway: ext, interfaces: [net]}}
instances:
  vm1: {networks: [{name: net, fixed_ips: [10.0.0.7, 10.1.0.7], floating_ip: 203.0.113.7}]}
`,
  '4:78 `203.0.113.7` could lead to 10.0.0.7 or 10.1.0.7 of this port',
)
test(
  'a floating IP of an instance without IPv4',
  finds,
  `networks: {net: {subnets: [{cidr: "fd00:1::/64", enable_dhcp: false}]}, ${external}}
routers: {r1: {external_gateway: ext, interfaces: [net]}}
instances: {vm1: {networks: [{name: net, floating_ip: 203.0.113.7}]}}
`,
  '3:55 no router leads from `ext`, the network of `203.0.113.7`, to an IPv4 address of this port | a router with `external_gateway: ext` and an interface on an IPv4 subnet of `net` does',
)
test(
  'an MTU too small for IPv6',
  finds,
  'networks: {net: {mtu: 1000, subnets: [{cidr: "2001:db8::/64"}]}}',
  '1:23 `mtu` 1000 is too small for IPv6, which needs 1280 (RFC 8200)',
)
test(
  'an MTU out of bounds',
  finds,
  'networks: {a: {mtu: 67}, b: {mtu: 65536}}',
  '1:21 `mtu` must be at least 68 (RFC 791)',
  '1:35 `mtu` must be at most 65535',
)
test(
  'IPv6 modes that do not go together',
  finds,
  'networks: {net: {subnets: [{cidr: "2001:db8::/64", ipv6_ra_mode: slaac, ipv6_address_mode: dhcpv6-stateful}]}}',
  '1:92 `ipv6_address_mode` dhcpv6-stateful does not go with `ipv6_ra_mode` slaac; they must be the same',
)
test(
  'one name for a network and an instance',
  finds,
  `${net}\ninstances: {net: {networks: [net]}, controller: {networks: [net]}}\n`,
  '2:13 `net` is also the name of a network; `lab exec net` could mean either',
  '2:37 `controller` is also the name of the host, which is always there; `lab exec controller` could mean either',
)
test(
  'bad ids and MACs',
  finds,
  'networks: {a: {id: 7f}, b: {dhcp_port: {mac_address: "01:00:5e:00:00:01"}}, c: {dhcp_port: {mac_address: "fa:16:3e"}}, d: {dhcp_port: {mac_address: "FE:16:3e:00:00:01"}}}',
  '1:20 `id` must be a UUID like 3f2b8c1e-0d4a-4b6f-9a57-1c2d3e4f5a6b',
  '1:54 `mac_address` is a multicast MAC address; the first byte of a port’s is even',
  '1:106 `mac_address` must be a MAC address like fa:16:3e:12:34:56',
  '1:149 `mac_address` begins with fe, which the bridge’s end of a port has; libvirt refuses it, too',
)
test(
  'an id and a MAC twice',
  finds,
  `networks:
  a: {id: 3f2b8c1e-0d4a-4b6f-9a57-1c2d3e4f5a6b, dhcp_port: {mac_address: "fa:16:3e:00:00:01"}}
  b: {id: 3F2B8C1E-0d4a-4b6f-9a57-1c2d3e4f5a6b, dhcp_port: {mac_address: "FA:16:3e:00:00:01"}}
`,
  '3:11 id `3f2b8c1e-0d4a-4b6f-9a57-1c2d3e4f5a6b` is already at networks.a.id',
  '3:74 MAC address `fa:16:3e:00:00:01` is already at networks.a.dhcp_port.mac_address',
)
test(
  'port ids that make one device name',
  finds,
  `${net}
instances:
  vm1: {networks: [{name: net, port_id: 3f2b8c1e-0d4a-4b6f-9a57-1c2d3e4f5a6b}]}
  vm2: {networks: [{name: net, port_id: 3f2b8c1e-0dff-4b6f-9a57-1c2d3e4f5a6b}]}
`,
  '4:41 port id `3f2b8c1e-0dff-4b6f-9a57-1c2d3e4f5a6b` begins like the one at instances.vm1.networks[0].port_id | both devices would be tap3f2b8c1e-0d; change one of the first 11 characters',
)
test(
  'network ids that make one bridge name',
  finds,
  `networks:
  a: {id: 3f2b8c1e-0d4a-4b6f-9a57-1c2d3e4f5a6b}
  b: {id: 3f2b8c1e-0dff-4b6f-9a57-1c2d3e4f5a6b}
`,
  '3:11 network id `3f2b8c1e-0dff-4b6f-9a57-1c2d3e4f5a6b` begins like the one at networks.a.id | both bridges would be brq3f2b8c1e-0d; change one of the first 11 characters',
)
test(
  'ids of external networks that make one namespace',
  finds,
  `networks:
  a: {id: 3f2b8c1e-0d4a-4b6f-9a57-1c2d3e4f5a6b, "router:external": true}
  b: {id: 3f2b8c1e-1111-4b6f-9a57-1c2d3e4f5a6b}
  c: {id: 3f2b8c1e-2222-4b6f-9a57-1c2d3e4f5a6b, "router:external": true}
`,
  '4:11 network id `3f2b8c1e-2222-4b6f-9a57-1c2d3e4f5a6b` begins like the one at networks.a.id | both namespaces would be outside_3f2b8c1e; change one of the first 8 characters',
)
test(
  'ids of external networks that make one bridge name, said once',
  finds,
  `networks:
  a: {id: 3f2b8c1e-0d4a-4b6f-9a57-1c2d3e4f5a6b, "router:external": true}
  b: {id: 3f2b8c1e-0dff-4b6f-9a57-1c2d3e4f5a6b, "router:external": true}
`,
  '3:11 network id `3f2b8c1e-0dff-4b6f-9a57-1c2d3e4f5a6b` begins like the one at networks.a.id | both bridges would be brq3f2b8c1e-0d; change one of the first 11 characters',
)
test(
  'user data beyond nova’s limit',
  finds,
  `${net}\ninstances: {vm1: {networks: [net], user_data: ${'x'.repeat(49_152)}}}\n`,
  '2:47 `user_data` is longer than 65535 characters of base64, which is nova’s limit',
)
test(
  'user data that is no base64',
  finds,
  `${net}\ninstances: {vm1: {networks: [net], user_data: {base64: "?"}}}\n`,
  '2:36 `user_data` is not base64',
)
test(
  'a private key',
  finds,
  `${net}\nkeypairs: {ops: "-----BEGIN OPENSSH PRIVATE KEY-----"}\n`,
  '2:17 `ops` is a private key; the public one belongs here',
)

const accepts = test.macro({
  exec(t, text: string) {
    t.deepEqual(mistakesOf(text), [])
  },
  title: title => `no mistake: ${title}`,
})

test(
  'a link-local gateway of an IPv6 subnet',
  accepts,
  'networks: {net: {subnets: [{cidr: "2001:db8::/64", gateway_ip: "fe80::1"}]}}',
)
test(
  'a next hop outside that DHCP announces, as Neutron takes it',
  accepts,
  'networks: {net: {subnets: [{cidr: 10.0.0.0/24, host_routes: [{destination: 198.51.100.0/24, nexthop: 10.0.1.9}]}]}}',
)
test(
  'a link-local next hop without DHCP',
  accepts,
  'networks: {net: {subnets: [{cidr: "2001:db8::/64", enable_dhcp: false, host_routes: [{destination: "2001:db8:1::/64", nexthop: "fe80::9"}]}]}}',
)
test(
  'instances on two stacks, on IPv6 alone by DHCPv6 or with static addresses',
  accepts,
  `networks:
  dual: {subnets: [{cidr: "2001:db8::/64"}, {cidr: 10.0.0.0/24}]}
  alone: {subnets: [{cidr: "2001:db8:2::/64"}]}
  static: {subnets: [{cidr: "2001:db8:1::/64", enable_dhcp: false}]}
instances: {vm1: {networks: [dual]}, vm2: {networks: [alone]}, vm3: {networks: [static]}}`,
)
test('no DNS domain', accepts, `${net}\nneutron: {dns_domain: ""}\n`)

test('mistakes of form do not hide those of meaning', t => {
  const text = `
networks:
  net:
    subnets: [{cidr: bad}, {cidr: 10.0.0.0/24}, {cidr: 10.0.0.0/25}]
instances:
  vm1: {networks: [net], flavour: tiny, key_name: gone}
  vm2: {networks: [nett]}
`
  t.deepEqual(mistakesOf(text), [
    '4:22 `cidr` must be a CIDR like 192.168.30.0/24',
    '4:56 `10.0.0.0/25` overlaps 10.0.0.0/24 of the same network `net`',
    '6:26 unknown key `flavour` | did you mean `flavor`?',
    '6:51 there is no keypair `gone`',
    '7:20 there is no network `nett` | did you mean `net`?',
  ])
})

test('a part with a mistake of form causes no mistakes of meaning elsewhere', t => {
  const text = `
networks:
  net: {subnets: [{cidr: 10.0.0.0/33}]}
keypairs: {ops: 7}
routers: {r1: {interfaces: [{network: net, subnet: 10.0.0.0/33}]}}
instances:
  vm1: {networks: [{name: net, fixed_ip: 10.0.0.9}], key_name: ops}
`
  t.deepEqual(mistakesOf(text), [
    '3:26 `cidr` must be a CIDR like 192.168.30.0/24',
    '4:17 `ops` must be text or a mapping, not a number | put it in quotes to make it text',
  ])
})

const refusesFast = test.macro({
  exec(t, text: string, message: RegExp) {
    const started = performance.now()
    const mistakes = mistakesOf(text)
    t.regex(mistakes.join('\n'), message)
    t.true(performance.now() - started < 10_000)
  },
  title: title => `refused without exhausting the machine: ${title}`,
})

test('a YAML bomb', refusesFast, bomb(), /more than 250000 values, its aliases written out/)
test(
  'a bomb of merges',
  refusesFast,
  mergeBomb(),
  /more than 250000 values, its aliases written out/,
)
test('brackets without end', refusesFast, '['.repeat(200_000), /64 levels/)
test('mappings without end', refusesFast, `${'{a: '.repeat(500)}1${'}'.repeat(500)}`, /64 levels/)
test(
  'a key a hundred thousand times',
  refusesFast,
  `${net}\n${'name: x\n'.repeat(100_000)}`,
  /here twice/,
)

function bomb(): string {
  const lines = Array.from({ length: 12 }, (_, level) => {
    const item = level === 0 ? 'x' : `*a${level - 1}`
    return `a${level}: &a${level} [${Array(10).fill(item).join(', ')}]`
  })
  return lines.join('\n')
}

function mergeBomb(): string {
  const keys = Array.from({ length: 5_000 }, (_, index) => `k${index}: {}`)
  const merges = Array.from({ length: 5_000 }, (_, index) => `m${index}: {<<: *a}`)
  return [`a: &a {${keys.join(', ')}}`, ...merges].join('\n')
}
