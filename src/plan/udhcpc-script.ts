import { resolvConfFunctions } from './resolv-conf.ts'

/**
 * What a namespace guest does with its lease, run by busybox udhcpc for every event (RFC 2131). Where option 121
 * came, its routes replace option 3 (RFC 3442), and a next hop of 0.0.0.0 means on the link. The lease is kept in
 * LEASE_FILE for `lab status`.
 */
export const udhcpcScript = `#!/bin/sh
# DHCP events of a guest of lab; see udhcpc(8). Never runs anything that the lease says.
set -u

${resolvConfFunctions}
# routes by the first NIC are preferred
metric=
[ "$interface" = eth0 ] || metric="metric 200\${interface#eth}"

routes() {
  if [ -n "\${staticroutes:-}" ]; then
    set -- $staticroutes
    while [ $# -ge 2 ]; do
      if [ "$2" = 0.0.0.0 ]; then
        echo "route replace $1 dev $interface scope link $metric"
      else
        echo "route replace $1 via $2 dev $interface $metric"
      fi
      shift 2
    done
  else
    for gateway in \${router:-}; do
      echo "route replace default via $gateway dev $interface $metric"
    done
  fi
}

configure() {
  [ -z "\${mtu:-}" ] || echo "link set $interface mtu $mtu"
  echo "address replace $ip/$mask broadcast \${broadcast:-+} dev $interface"
  echo "route flush dev $interface proto boot"
  routes
}

# the file of a DHCPv6 client is there before the client is
has_one_client() {
  set -- "$directory"/*.lease6
  [ ! -e /sys/class/net/eth1 ] && [ ! -e "$1" ]
}

case "$1" in
deconfig)
  : >"$LEASE_FILE"
  printf '%s\\n' "link set $interface up" "address flush dev $interface" | ip -4 -force -batch -
  ;;
bound | renew)
  configure | ip -4 -force -batch -
  printf '%s\\n' "address=$ip/$mask" "server=\${serverid:-}" "seconds=\${lease:-}" \\
    "router=\${router:-}" "staticroutes=\${staticroutes:-}" "hostname=\${hostname:-}" \\
    "search=\${domain:-}" "dns=\${dns:-}" >"$LEASE_FILE"
  has_one_client || lock_resolv_conf
  write_resolv_conf
  ;;
esac
`
