import { addScopeChains } from './address-scope-chains.ts'
import { managedTables } from './iptables-manager.ts'
import { append, renderTables } from './iptables-tables.ts'
import { neutronRelease } from './release.ts'

/**
 * The rules of a qdhcp namespace for iptables-restore (family 4) or ip6tables-restore (6): the agent's chains, and one
 * rule of its own. Guests on virtio get DHCP answers without a checksum from a local veth, and some clients drop them.
 * Null where the release has none. `DeviceManager.fill_dhcp_udp_checksums`.
 */
export function dhcpRules(family: 4 | 6, releaseName: string): string | null {
  const release = neutronRelease(releaseName).iptables
  if (!release.dhcpFamilies.includes(family)) return null
  const fullNat = family === 4 ? 'full' : release.ipv6Nat ? 'prerouting' : 'none'
  const nat = release.dhcpNat === 'full' ? fullNat : release.dhcpNat
  const managed = managedTables({ family, wrapName, nat, release })
  const hasScopes = release.addressScopes === 'everywhere'
  const tables = hasScopes ? addScopeChains(managed, { family, wrapName }) : managed
  const clientPort = family === 4 ? 68 : 546
  return renderTables(
    append(tables, 'mangle', {
      rules: [
        `-A ${wrapName}-POSTROUTING -p udp -m udp --dport ${clientPort} -j CHECKSUM --checksum-fill`,
      ],
    }),
  )
}

const wrapName = 'neutron-dhcp-age'
