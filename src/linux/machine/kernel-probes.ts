import type { Subject } from './finding.ts'

/** Something of the kernel that a lab uses, tried in a throw-away namespace. */
export interface Probe extends Subject {
  /** Shell command that succeeds where the kernel can do it. */
  readonly command: string
  readonly remedy: string
  /** A lab stands without it. */
  readonly isOptional?: true
}

/** In the order in which they are tried; a later one may use what an earlier one has made. */
export const probes: readonly Probe[] = [
  {
    id: 'named-namespaces',
    title: 'Named namespaces',
    why: 'qdhcp-* and qrouter-* are listed by ip netns',
    // Its own /run: neither the name nor the folder shows on the machine.
    command: 'mount -t tmpfs lab /run && ip netns add probe && ip netns exec probe true',
    remedy: inContainer(),
  },
  {
    id: 'sysctls',
    title: 'Kernel parameters',
    why: 'a router forwards only where net.ipv4.ip_forward can be set in its namespace',
    command: 'sysctl -qw net.ipv4.ip_forward=1',
    remedy: `/proc/sys is read-only. ${inContainer()}`,
  },
  {
    id: 'bridge',
    title: 'Bridges',
    why: 'every network is one',
    command: 'ip link add br0 type bridge stp_state 0 mcast_snooping 0',
    remedy: 'modprobe bridge',
  },
  {
    id: 'bridge-netfilter',
    title: 'Bridged packets',
    why: "where iptables also sees bridged packets, a network's namespace must be able to switch that off",
    command: '[ ! -e /proc/sys/net/bridge ] || sysctl -qw net.bridge.bridge-nf-call-iptables=0',
    remedy: 'modprobe -r br_netfilter',
  },
  {
    id: 'veth',
    title: 'veth pairs',
    why: 'every port is one',
    command: 'ip link add veth0 type veth peer name veth1',
    remedy: 'modprobe veth',
  },
  {
    id: 'conntrack',
    title: 'Connection tracking',
    why: "the L3 agent's rules and NAT rest on it",
    command: restore('mangle', 'POSTROUTING -m conntrack --ctstate DNAT', 'CONNMARK --save-mark'),
    remedy: 'modprobe -a nf_conntrack xt_conntrack xt_connmark',
  },
  {
    id: 'nat',
    title: 'NAT',
    why: 'the router redirects 169.254.169.254:80 to the proxy, and hides guests behind its address',
    command: [
      restore('nat', 'PREROUTING -p tcp -m tcp --dport 80', 'REDIRECT --to-ports 9697'),
      restore('nat', 'POSTROUTING', 'SNAT --to-source 192.0.2.1 --random-fully'),
    ].join(' && '),
    remedy: 'modprobe -a nf_nat nft_chain_nat xt_nat xt_REDIRECT',
  },
  {
    id: 'marks',
    title: 'Packet marks',
    why: 'the rules that guard the proxy know requests by their mark',
    command: restore(
      'mangle',
      'PREROUTING -m mark ! --mark 0x1/0xffff',
      'MARK --set-xmark 0x1/0xffff',
    ),
    remedy: 'modprobe xt_mark',
  },
  {
    id: 'checksum',
    title: 'CHECKSUM target',
    why: "the DHCP agent's one rule of its own: some guests drop DHCP answers without a checksum",
    command: restore('mangle', 'POSTROUTING -p udp -m udp --dport 68', 'CHECKSUM --checksum-fill'),
    remedy: 'modprobe xt_CHECKSUM',
  },
  {
    id: 'ip6tables',
    title: 'IPv6 rules',
    why: 'the agents load theirs into every namespace',
    command: restore('filter', 'INPUT -m mark --mark 0x1/0xffff', 'ACCEPT', 'ip6tables-restore'),
    remedy: 'modprobe -a nf_tables ip6_tables',
  },
  {
    id: 'bridge-rules',
    title: 'Rules of bridges',
    why: "under ML2/OVN a guest's unicast renewal is turned to its own host; without, only the broadcast one at T2 is answered",
    command: restore(
      'nat',
      'PREROUTING -p IPv4 -i tap0 --ip-proto udp --ip-dport 67',
      'dnat --to-dst fa:16:3f:00:00:01',
      'ebtables-nft-restore',
    ),
    remedy: 'modprobe -a nft_compat ebt_ip ebt_dnat',
    isOptional: true,
  },
]

function restore(
  table: string,
  match: string,
  target: string,
  program = 'iptables-restore',
): string {
  return `printf '%s\\n' '*${table}' '-A ${match} -j ${target}' COMMIT | ${program} --noflush`
}

function inContainer(): string {
  return 'In a container: docker run --privileged, or a virtual machine'
}
