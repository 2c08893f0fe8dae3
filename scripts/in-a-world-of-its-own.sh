#!/bin/sh
# Runs a command where namespaces, labs' state, /etc and the network are its own, so that tests in it and tests beside it
# do not see each other: `in-a-world-of-its-own.sh COMMAND [ARGUMENT…]`. Processes and /tmp are the machine's, unless
# LAB_WORLD=alone asks for its own of these, too. What is mounted here goes with the last process; all processes of a
# world that is alone go with the command.
set -eu
case ${LAB_WORLD:-} in
'') exec env LAB_WORLD=entered unshare --mount --net --propagation private "$0" "$@" ;;
alone)
  set -- env LAB_WORLD=entered-alone "$0" "$@"
  exec unshare --mount --net --propagation private --pid --fork --kill-child --mount-proc "$@"
  ;;
esac
world=$LAB_WORLD
unset LAB_WORLD
# Labs that stand outside go while this one is at work, and their mounts with them.
while umount --recursive --lazy /run/netns 2>/dev/null; do :; done
# So do engines that tests outside have started.
grep -o ' /[^ ]*/lab-engines-[^ ]*' /proc/self/mounts | while read -r engine; do umount --lazy "$engine" || :; done
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/netns /run/lock /run/etc /run/etc-work
mount -t overlay -o lowerdir=/etc,upperdir=/run/etc,workdir=/run/etc-work overlay /etc
# What labs beside this make in /etc/netns would be seen below it.
mkdir -p /etc/netns
mount -t tmpfs -o mode=755 tmpfs /etc/netns
mount -t tmpfs -o mode=755 tmpfs /var/lib
ip link set lo up
[ "$world" = entered-alone ] || exec "$@"
# A checkout may be in /tmp, so that stays; but whose process has left something there cannot be told here.
mkdir -m 1777 /run/tmp
export TMPDIR=/run/tmp
# Not exec: a process takes away those that have ended and whose parents have.
status=0
"$@" || status=$?
exit "$status"
