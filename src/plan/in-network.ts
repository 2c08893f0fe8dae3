/**
 * Puts a tool into a network namespace. `ip netns exec` and `ip -n` also copy the mounts of the machine, one for each
 * namespace there is, which would make every step of a large lab dearer than the one before. Services and guests go by
 * `ip netns exec` all the same: as on a real node, and with their own /etc.
 */
export function inNetwork(namespace: string): [string, string] {
  return ['nsenter', `--net=/run/netns/${namespace}`]
}
