import { resolvConfFunctions } from './resolv-conf.ts'

/**
 * What a namespace guest does with what DHCPv6 tells it, run by ISC dhclient for every event (dhclient-script(8)). The
 * address is a host's alone, as dhclient gives it: which prefix is on the link is for routers to say (RFC 5942). Default
 * routes come by router advertisements. The lease is kept in LEASE_FILE, beside those of udhcpc.
 */
export const dhclientScript = `#!/bin/sh
# DHCPv6 events of a guest of lab; see dhclient-script(8). Never runs anything that the lease says.
set -u

${resolvConfFunctions}
# dhclient asks from the link-local address, which the kernel makes a moment after the link is up
wait_for_link_local() {
  tries=0
  until [ -n "$(ip -6 address show dev "$interface" scope link -tentative)" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || return
    sleep 0.05
  done
}

forget() {
  [ -z "\${old_ip6_address:-}" ] ||
    ip -6 address delete "$old_ip6_address/$old_ip6_prefixlen" dev "$interface"
}

configure() {
  [ "\${old_ip6_address:-}" = "\${new_ip6_address:-}" ] || forget
  [ -z "\${new_ip6_address:-}" ] ||
    ip -6 address replace "$new_ip6_address/$new_ip6_prefixlen" dev "$interface" \\
      valid_lft "$new_max_life" preferred_lft "$new_preferred_life"
}

case "$reason" in
PREINIT6)
  wait_for_link_local
  ;;
BOUND6 | RENEW6 | REBIND6)
  configure
  printf '%s\\n' "address=\${new_ip6_address:+$new_ip6_address/$new_ip6_prefixlen}" \\
    "server=\${new_dhcp6_server_id:-}" "seconds=\${new_max_life:-}" \\
    "search=\${new_dhcp6_domain_search:-}" "dns=\${new_dhcp6_name_servers:-}" >"$LEASE_FILE"
  lock_resolv_conf
  write_resolv_conf
  ;;
DEPREF6)
  ip -6 address change "$cur_ip6_address/$cur_ip6_prefixlen" dev "$interface" preferred_lft 0
  ;;
EXPIRE6 | RELEASE6 | STOP6)
  forget
  : >"$LEASE_FILE"
  ;;
esac
exit 0
`

/**
 * dhclient's configuration: what it asks for, and how many seconds it asks before \`lab up\` fails, where a booting guest
 * would go on for minutes.
 */
export const dhclientConfig = `timeout 30;
request dhcp6.name-servers, dhcp6.domain-search;
`
