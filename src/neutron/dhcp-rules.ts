import { managedTables } from './iptables-manager.ts'
import { append, renderTables } from './iptables-tables.ts'
import { neutronRelease } from './release.ts'

/**
 * The rules of a qdhcp namespace for iptables-restore (family 4) or ip6tables-restore (6): the agent's chains, and one
 * rule of its own. Guests on virtio get DHCP answers without a checksum from a local veth, and some clients drop them.
 * `DeviceManager.fill_dhcp_udp_checksums`.
 */
export function dhcpRules(family: 4 | 6, releaseName: string): string {
  const { dhcpNat, ipv6Nat } = neutronRelease(releaseName).iptables
  const fullNat = family === 4 ? 'full' : ipv6Nat ? 'prerouting' : 'none'
  const nat = dhcpNat === 'full' ? fullNat : dhcpNat
  const clientPort = family === 4 ? 68 : 546
  const tables = append(managedTables({ family, wrapName, nat }), 'mangle', {
    rules: [
      `-A ${wrapName}-POSTROUTING -p udp -m udp --dport ${clientPort} -j CHECKSUM --checksum-fill`,
    ],
  })
  return renderTables(tables)
}

const wrapName = 'neutron-dhcp-age'
