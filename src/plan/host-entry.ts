import type { Host } from '../cloud/cloud.ts'
import { openStackNamespaces } from './openstack-namespaces.ts'
import type { Step } from './step.ts'

/**
 * The words that, run in a host's namespace by `ip netns exec`, which gives them mounts of their own, run `command` as on
 * the real node: /run/netns has the namespaces of this host alone, under OpenStack's names, and /var/lib/neutron, where
 * the machine has that directory, is the host's. They are links into what the parent process sees, so that none of the
 * namespaces is held by them when the lab takes it away.
 */
export function hostEntry(
  steps: readonly Step[],
  { name, state_path }: Host,
  command: readonly string[],
): string[] {
  const own = openStackNamespaces(steps).filter(({ host }) => host === name)
  const pairs = own.flatMap(one => [one.name, one.namespace])
  return ['sh', '-c', script, name, state_path, ...pairs, '--', ...command]
}

const script = `set -e
mount -t tmpfs -o mode=755 tmpfs /run/netns
[ ! -d /var/lib/neutron ] || mount --bind "$1" /var/lib/neutron
shift
while [ "$1" != -- ]; do
  ln -s "/proc/$PPID/root/run/netns/$2" "/run/netns/$1"
  shift 2
done
shift
exec "$@"`
