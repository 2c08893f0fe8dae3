#!/bin/bash
# What `lab up dhcp-mode` builds, written by hand: dhcp-mode.sh up DIRECTORY, dhcp-mode.sh down DIRECTORY.
#
# DIRECTORY holds `ids.sh` (names, ids and MACs) and the JSON configuration of the agent and the API in `etc`, made by
# prepare-script.ts. `up` ends when the first guest has its metadata, with what was fetched on stdout.
set -eu
umask 022
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C

directory=$2
. "$directory/ids.sh"
controller=lab-bench-$NAME-controller
dhcp=lab-bench-$NAME-dhcp
vm1=lab-bench-$NAME-vm1
vm2=lab-bench-$NAME-vm2

up() {
  trap 'down; exit 1' INT TERM ERR
  write_files
  ip -batch - <<EOF
netns add $controller
netns add $dhcp
netns add $vm1
netns add $vm2
EOF
  wire_controller
  start_daemon nova-api-metadata
  start_daemon neutron-metadata-agent
  wire_guests
  wire_dhcp
  lease $vm1 vm1 &
  lease1=$!
  lease $vm2 vm2 &
  lease2=$!
  wait $lease1
  wait $lease2
  wait_for "$directory/run/neutron-metadata-agent.pid"
  wait_for "$directory/run/nova-api-metadata.pid"
  ip netns exec $vm1 curl --silent --show-error --fail --max-time 10 --noproxy '*' \
    http://169.254.169.254/openstack/latest/meta_data.json
}

write_files() {
  cd "$directory"
  [ -d /etc/netns ] || { mkdir /etc/netns && : >made-etc-netns; }
  mkdir -p dhcp/$NETWORK ns-metadata-proxy external/pids run log guests/vm1 guests/vm2 \
    /etc/netns/$vm1 /etc/netns/$vm2
  : >/etc/netns/$vm1/resolv.conf
  : >/etc/netns/$vm2/resolv.conf
  cat >dhcp/$NETWORK/host <<EOF
$VM1_MAC,host-192-168-30-3.openstacklocal,192.168.30.3
$VM2_MAC,host-192-168-30-4.openstacklocal,192.168.30.4
EOF
  cat >dhcp/$NETWORK/opts <<EOF
tag:subnet-$SUBNET,option:dns-server,192.0.2.53
tag:subnet-$SUBNET,option:classless-static-route,169.254.169.254/32,192.168.30.2,0.0.0.0/0,192.168.30.1
tag:subnet-$SUBNET,249,169.254.169.254/32,192.168.30.2,0.0.0.0/0,192.168.30.1
tag:subnet-$SUBNET,option:router,192.168.30.1
EOF
  cat >dhcp/$NETWORK/addn_hosts <<EOF
192.168.30.3	host-192-168-30-3.openstacklocal host-192-168-30-3
192.168.30.4	host-192-168-30-4.openstacklocal host-192-168-30-4
EOF
  printf -v expiry '%(%s)T' -1
  cat >dhcp/$NETWORK/leases <<EOF
$((expiry + 86400)) $VM1_MAC 192.168.30.3 * *
$((expiry + 86400)) $VM2_MAC 192.168.30.4 * *
EOF
  printf %s "$DHCP_DEVICE" >dhcp/$NETWORK/interface
  cat >ns-metadata-proxy/$NETWORK.conf <<EOF
global
    log         /dev/log local0 info
    log-tag     haproxy-metadata-proxy-$NETWORK
    user        nobody
    group       nogroup
    maxconn     1024
    pidfile     $directory/external/pids/$NETWORK.pid.haproxy
    daemon

defaults
    log global
    mode http
    option httplog
    option dontlognull
    option http-server-close
    option forwardfor
    retries                 3
    timeout http-request    30s
    timeout connect         30s
    timeout client          32s
    timeout server          32s
    timeout http-keep-alive 30s

listen listener
    bind 169.254.169.254:80
    server metadata $directory/metadata_proxy
    http-request del-header X-Neutron-Router-ID
    http-request set-header X-Neutron-Network-ID $NETWORK
EOF
}

wire_controller() {
  ip netns exec $controller sysctl -qw net.ipv4.ip_forward=0 net.ipv4.conf.all.rp_filter=1 \
    net.ipv4.conf.default.rp_filter=1 net.ipv4.conf.all.arp_ignore=1 $CONTROLLER_SYSCTLS
  ip -n $controller -batch - <<EOF
link set lo up
link add br-mgmt type bridge stp_state 0 forward_delay 0
address add $MANAGEMENT_CIDR brd + dev br-mgmt
link set br-mgmt up
link add br-private mtu 1450 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
link set br-private up
link add $DHCP_DEVICE mtu 1450 type veth peer name $DHCP_DEVICE address $DHCP_MAC mtu 1450 netns $dhcp
link set $DHCP_DEVICE master br-private up
link add tap-vm1 mtu 1450 type veth peer name eth0 address $VM1_MAC mtu 1450 netns $vm1
link set tap-vm1 master br-private up
link add tap-vm2 mtu 1450 type veth peer name eth0 address $VM2_MAC mtu 1450 netns $vm2
link set tap-vm2 master br-private up
EOF
}

start_daemon() {
  setsid ip netns exec $controller "$NODE" "$ROOT/src/daemon/$1.ts" --config "$directory/etc/$1.json" \
    >>"$directory/log/$1.log" 2>&1 </dev/null &
}

wire_guests() {
  for guest in $vm1 $vm2; do
    ip netns exec $guest sysctl -qw net.ipv4.ip_forward=0
    ip -n $guest -batch - <<EOF
link set lo up
link set eth0 up
EOF
  done
}

wire_dhcp() {
  ip netns exec $dhcp sysctl -qw net.ipv4.conf.all.promote_secondaries=1 net.ipv4.ip_nonlocal_bind=1 $DHCP_SYSCTLS
  ip -n $dhcp -batch - <<EOF
link set lo up
link set $DHCP_DEVICE up
address add 192.168.30.2/24 brd + dev $DHCP_DEVICE
address add 169.254.169.254/16 brd + dev $DHCP_DEVICE
route replace default via 192.168.30.1 dev $DHCP_DEVICE proto static
EOF
  ip netns exec $dhcp iptables-restore <"$directory/etc/iptables"
  [ ! -e "$directory/etc/ip6tables" ] || ip netns exec $dhcp ip6tables-restore <"$directory/etc/ip6tables"
  ip netns exec $dhcp dnsmasq --no-hosts --no-resolv --pid-file="$directory/dhcp/$NETWORK/pid" \
    --dhcp-hostsfile="$directory/dhcp/$NETWORK/host" --addn-hosts="$directory/dhcp/$NETWORK/addn_hosts" \
    --dhcp-optsfile="$directory/dhcp/$NETWORK/opts" --dhcp-leasefile="$directory/dhcp/$NETWORK/leases" \
    --dhcp-match=set:ipxe,175 --dhcp-userclass=set:ipxe6,iPXE --local-service --bind-dynamic \
    --dhcp-range=set:subnet-$SUBNET,192.168.30.0,static,255.255.255.0,86400s \
    --dhcp-option-force=option:mtu,1450 --dhcp-lease-max=256 --conf-file=/dev/null --domain=openstacklocal
  ip netns exec $dhcp haproxy -f "$directory/ns-metadata-proxy/$NETWORK.conf" >>"$directory/log/haproxy.log" 2>&1
}

lease() {
  LEASE_FILE="$directory/guests/$2/eth0.lease" ip netns exec $1 udhcpc -i eth0 -O staticroutes -O mtu \
    -t 10 -T 1 -n -p "$directory/guests/$2/eth0.pid" -s "$directory/etc/udhcpc.script" \
    >>"$directory/log/udhcpc-$2.log" 2>&1
}

wait_for() {
  for _ in {1..1000}; do
    [ ! -s "$1" ] || return 0
    sleep 0.01
  done
  echo "$1 is not written" >&2
  return 1
}

# Whatever stands of it; every process in a namespace of this directory's own names was started here.
down() {
  trap - INT TERM ERR
  set +e
  standing=
  for namespace in $controller $dhcp $vm1 $vm2; do
    [ ! -e /run/netns/$namespace ] || standing="$standing $namespace"
  done
  pids=$(for namespace in $standing; do ip netns pids $namespace; done)
  # shellcheck disable=SC2086
  [ -z "$pids" ] || kill $pids
  for pid in $pids; do
    for _ in {1..300}; do
      # a zombie has no program any more
      [ -e /proc/$pid/exe ] || break
      sleep 0.01
    done
  done
  for namespace in $standing; do echo "netns delete $namespace"; done | ip -batch -
  rm -rf /etc/netns/$vm1 /etc/netns/$vm2
  [ ! -e "$directory/made-etc-netns" ] || rmdir --ignore-fail-on-non-empty /etc/netns
  cd /
  rm -rf "$directory"
}

case $1 in
up) up ;;
down) down ;;
*) echo "usage: dhcp-mode.sh up|down DIRECTORY" >&2; exit 2 ;;
esac
