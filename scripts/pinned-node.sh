# Read by `lab` (needs `lab_root`, sets `lab_node`): where npm puts the project's Node.js on this machine.
# The C library's loader tells what the machine can run, and asking for it costs no process.

lab_x64_loader=/lib64/ld-linux-x86-64.so.2
lab_arm64_loader=/lib/ld-linux-aarch64.so.1

if [ -e "$lab_x64_loader" ] && [ -e "$lab_arm64_loader" ]; then
  # Both stand where a machine also carries the libraries of the other one.
  case $(uname -m) in aarch64) lab_cpu=arm64 ;; *) lab_cpu=x64 ;; esac
elif [ -e "$lab_x64_loader" ]; then
  lab_cpu=x64
elif [ -e "$lab_arm64_loader" ]; then
  lab_cpu=arm64
else
  stop "lab needs Linux with glibc on x86-64 or arm64; this is $(uname -sm) without glibc's loader." \
    "Debian and Ubuntu have it; Alpine and other musl systems do not."
fi
lab_node=$lab_root/node_modules/node-linux-$lab_cpu/bin/node
