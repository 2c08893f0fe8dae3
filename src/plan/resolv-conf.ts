import type { Cloud } from '../cloud/cloud.ts'
import type { Guest } from '../cloud/guest.ts'
import { networkOf } from '../neutron/network-ports.ts'

/**
 * The DNS servers that a guest has without DHCP: of its static subnets and of those with SLAAC, for which cloud-init takes
 * them from network_data.json. Each once, in the order of its NICs and addresses.
 */
export function staticNameservers(cloud: Cloud, { nics }: Guest): readonly string[] {
  const servers = nics.flatMap(({ network_id, has_port, fixed_ips }) => {
    const { subnets } = networkOf(cloud, network_id)
    return fixed_ips.flatMap(({ subnet_id }) =>
      subnets
        .filter(({ id }) => id === subnet_id)
        .filter(subnet => !has_port || !subnet.enable_dhcp || subnet.ipv6_address_mode === 'slaac')
        .flatMap(({ dns_nameservers }) => dns_nameservers),
    )
  })
  return [...new Set(servers)]
}

/**
 * Shell functions that guests' DHCP clients share. A guest has one resolv.conf for all its NICs: the servers of the first
 * NIC with a lease of DHCP, then those of the first with one of DHCPv6, then those in the file `nameservers`. It is
 * written in place: it is a mount of /etc/netns/<namespace>. Programs are called only where the shell cannot do it: each
 * costs as much as the rest of the event.
 */
export const resolvConfFunctions = `directory=\${LEASE_FILE%/*}

# of the first NIC with a lease; $1 is lease or lease6
read_lease() {
  for file in "$directory"/eth[0-9]."$1" "$directory"/eth[0-9][0-9]."$1"; do
    [ -s "$file" ] || continue
    while IFS== read -r key value; do
      case "$key" in
      search) search=\${search:-$value} ;;
      dns) servers="$servers $value" ;;
      esac
    done <"$file"
    return
  done
}

write_resolv_conf() {
  search= servers=
  read_lease lease
  read_lease lease6
  [ ! -e "$directory/nameservers" ] ||
    while read -r server; do servers="$servers $server"; done <"$directory/nameservers"
  {
    [ -z "$search" ] || echo "search $search"
    for server in $servers; do echo "nameserver $server"; done
  } >/etc/resolv.conf
}

# clients lease at the same time: their directory is the lock, until the script ends
lock_resolv_conf() {
  exec 9<"$directory" && flock 9
}
`
