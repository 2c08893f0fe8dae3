import type { Cloud, Host } from '../cloud/cloud.ts'
import type { Guest, Nic } from '../cloud/guest.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { answersDhcpv6 } from '../neutron/answers-dhcpv6.ts'
import { networkOf } from '../neutron/network-ports.ts'
import { ipv6SubnetsOf } from '../neutron/router-advertisements.ts'
import { dhclientConfig, dhclientScript } from './dhclient-script.ts'
import { dhclientPaths } from './dhclient-step.ts'
import { directoryStep, fileStep } from './file-steps.ts'
import { guestNicSteps } from './guest-nic-steps.ts'
import { guestNamespace, stepIds } from './names.ts'
import { namespaceSteps } from './namespace-steps.ts'
import type { Reach } from './reach.ts'
import { staticNameservers } from './resolv-conf.ts'
import type { Step } from './step.ts'
import { udhcpcScript } from './udhcpc-script.ts'

/** What all guests share: what their DHCP clients read and call, and the directory of their resolv.confs. */
export function guestsBaseSteps(cloud: Cloud): Step[] {
  const [host] = cloud.hosts
  if (cloud.guests.length === 0 || host === undefined) return []
  return [
    directoryStep(
      {
        host: host.name,
        path: NETNS_CONFIG,
        mode: 0o755,
        why: 'ip-netns(8) mounts the files below it over /etc',
        shared: true,
      },
      [],
    ),
    fileStep({
      host: host.name,
      path: udhcpcScriptPath(cloud),
      content: udhcpcScript,
      mode: 0o755,
      why: "the guests' DHCP client calls it",
      source: [],
    }),
    ...(cloud.guests.some(({ nics }) => nics.some(nic => usesDhcpv6(cloud, nic)))
      ? dhclientFiles(cloud, host)
      : []),
  ]
}

/** Whether a DHCP client runs on the NIC, of either version. */
function hasDhcpClient(cloud: Cloud, nic: Nic): boolean {
  const { subnets } = networkOf(cloud, nic.network_id)
  const leasesIpv4 = subnets.some(
    ({ id, ip_version, enable_dhcp }) =>
      ip_version === 4 && enable_dhcp && nic.fixed_ips.some(({ subnet_id }) => subnet_id === id),
  )
  return nic.has_port && (leasesIpv4 || usesDhcpv6(cloud, nic))
}

function usesDhcpv6(cloud: Cloud, nic: Nic): boolean {
  return nic.has_port && ipv6SubnetsOf(cloud, nic).some(subnet => answersDhcpv6(cloud, subnet))
}

function dhclientFiles(cloud: Cloud, host: Host): Step[] {
  const { config, script } = dhclientPaths(cloud)
  const why = "the guests' DHCPv6 client"
  return [
    fileStep({
      host: host.name,
      path: config,
      content: dhclientConfig,
      why: `what ${why} asks for`,
      source: [],
    }),
    fileStep({
      host: host.name,
      path: script,
      content: dhclientScript,
      mode: 0o755,
      why: `${why} calls it`,
      source: [],
    }),
  ]
}

/** A guest: a namespace with a device for each NIC, a resolv.conf of its own, and DHCP where the subnet has it. */
export function guestSteps(
  cloud: Cloud,
  guest: Guest,
  facts: MachineFacts,
  reach: (nic: Nic) => Reach,
): Step[] {
  const { name, instance_id, nics } = guest
  const host = cloud.hosts.find(candidate => candidate.name === guest.host)
  if (host === undefined) return []
  const namespace = guestNamespace(cloud, guest)
  const isInstance = instance_id !== null
  const place = { host: host.name, namespace, source: [isInstance ? 'instances' : 'guests', name] }
  const servers = staticNameservers(cloud, guest)
  const hasClient = nics.some(nic => hasDhcpClient(cloud, nic))
  const nameservers =
    servers.length === 0 || !hasClient
      ? []
      : [
          fileStep({
            ...place,
            path: `${leaseDirectory(cloud, guest)}/nameservers`,
            content: servers.map(server => `${server}\n`).join(''),
            why: `DNS servers that ${name} has without DHCP`,
          }),
        ]
  return [
    ...namespaceSteps({
      ...place,
      why: isInstance ? `instance ${name}` : `guest ${name}, which Nova does not have`,
      sysctls: { 'net.ipv4.ip_forward': '0' },
      portIds: nics.map(({ id }) => id),
    }),
    directoryStep(
      {
        ...place,
        path: `${NETNS_CONFIG}/${namespace}`,
        mode: 0o755,
        why: `${name}'s /etc`,
      },
      [stepIds.directory(NETNS_CONFIG)],
    ),
    fileStep({
      ...place,
      path: `${NETNS_CONFIG}/${namespace}/resolv.conf`,
      content: hasClient ? '' : servers.map(server => `nameserver ${server}\n`).join(''),
      why: `${name}'s resolver, written by its DHCP clients where it has any`,
      volatile: true,
    }),
    directoryStep(
      {
        ...place,
        path: leaseDirectory(cloud, guest),
        mode: 0o755,
        why: `leases of ${name}`,
      },
      [stepIds.directory(`${cloud.neutron.state_path}/guests`)],
    ),
    ...nameservers,
    ...nics.flatMap((nic, index) =>
      guestNicSteps(cloud, {
        ...place,
        host,
        facts,
        guest,
        nic,
        device: `eth${index}`,
        ...reach(nic),
        leaseDirectory: leaseDirectory(cloud, guest),
        script: udhcpcScriptPath(cloud),
        needs: [
          stepIds.file(`${NETNS_CONFIG}/${namespace}/resolv.conf`),
          ...nameservers.map(({ id }) => id),
          stepIds.directory(leaseDirectory(cloud, guest)),
        ],
      }),
    ),
  ]
}

/** Where `ip netns exec` looks for a namespace's own files of /etc (ip-netns(8)). */
const NETNS_CONFIG = '/etc/netns'

function leaseDirectory(cloud: Cloud, { name }: Guest): string {
  return `${cloud.neutron.state_path}/guests/${name}`
}

function udhcpcScriptPath(cloud: Cloud): string {
  return `${cloud.neutron.state_path}/guests/udhcpc.script`
}
