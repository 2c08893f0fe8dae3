#!/bin/sh
# Runs a command where namespaces, labs' state, /etc and the network are its own, so that tests in it and tests beside it
# do not see each other: `in-a-world-of-its-own.sh COMMAND [ARGUMENT…]`. Processes and /tmp are the machine's. What is
# mounted here goes with the last process.
set -eu
[ "${LAB_WORLD:-}" = entered ] || exec env LAB_WORLD=entered unshare --mount --net --propagation private "$0" "$@"
unset LAB_WORLD
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/netns /run/lock /run/etc /run/etc-work
mount -t overlay -o lowerdir=/etc,upperdir=/run/etc,workdir=/run/etc-work overlay /etc
# What labs beside this make in /etc/netns would be seen below it.
mkdir -p /etc/netns
mount -t tmpfs -o mode=755 tmpfs /etc/netns
mount -t tmpfs -o mode=755 tmpfs /var/lib
ip link set lo up
exec "$@"
