/**
 * What a namespace guest does with its lease, run by busybox udhcpc for every event (RFC 2131). Where option 121
 * came, its routes replace option 3 (RFC 3442), and a next hop of 0.0.0.0 means on the link. The lease is kept in
 * LEASE_FILE for `lab status`. resolv.conf is written in place: it is a mount of /etc/netns/<namespace>. A guest has
 * one for all its NICs, and the first with a lease writes it. Programs are called only where the shell cannot do it:
 * each costs as much as the rest of the event.
 */
export const udhcpcScript = `#!/bin/sh
# DHCP events of a guest of lab; see udhcpc(8). Never runs anything that the lease says.
set -u

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

# a NIC before this one has a lease, and resolv.conf is its own
is_preceded() {
  number=0
  while [ "$number" -lt "\${interface#eth}" ]; do
    [ ! -s "\${LEASE_FILE%/*}/eth$number.lease" ] || return 0
    number=$((number + 1))
  done
  return 1
}

configure() {
  [ -z "\${mtu:-}" ] || echo "link set $interface mtu $mtu"
  echo "address replace $ip/$mask broadcast \${broadcast:-+} dev $interface"
  echo "route flush dev $interface proto boot"
  routes
}

case "$1" in
deconfig)
  : >"$LEASE_FILE"
  printf '%s\\n' "link set $interface up" "address flush dev $interface" | ip -4 -force -batch -
  ;;
bound | renew)
  configure | ip -4 -force -batch -
  # NICs lease at the same time: their directory is the lock, until this script ends
  [ ! -e /sys/class/net/eth1 ] || { exec 9<"\${LEASE_FILE%/*}" && flock 9; }
  is_preceded || {
    [ -z "\${domain:-}" ] || echo "search $domain"
    for server in \${dns:-}; do echo "nameserver $server"; done
  } >/etc/resolv.conf
  printf '%s\\n' "address=$ip/$mask" "server=\${serverid:-}" "seconds=\${lease:-}" \\
    "router=\${router:-}" "staticroutes=\${staticroutes:-}" "hostname=\${hostname:-}" >"$LEASE_FILE"
  ;;
esac
`
