import type { Cloud } from '../cloud/cloud.ts'
import type { Guest } from '../cloud/guest.ts'
import { CommandFailed } from '../linux/command-failed.ts'
import { run } from '../linux/run.ts'
import { metadataUrlOf } from '../neutron/guest-metadata.ts'
import { metadataAddress, metadataAddressIpv6 } from '../neutron/metadata-address.ts'
import { guestNamespace } from '../plan/names.ts'

/**
 * By which way a guest reaches the metadata service where it asks for it, as the kernel decides it:
 * `169.254.169.254 via 192.168.30.2 dev eth0`, `fe80::a9fe:a9fe dev eth0`.
 */
export async function readMetadataRoute(cloud: Cloud, guest: Guest): Promise<string> {
  const namespace = guestNamespace(cloud, guest)
  const isByIpv6 = metadataUrlOf(cloud, guest).includes(metadataAddressIpv6)
  const address = isByIpv6 ? metadataAddressIpv6 : metadataAddress
  const asked = isByIpv6
    ? ['-6', 'route', 'get', address, 'oif', 'eth0']
    : ['-4', 'route', 'get', address]
  try {
    const shown = await run(['ip', '-n', namespace, ...asked])
    const [, way = ''] = /^\S+ (?:from :: )?((?:via \S+ )?dev \S+)/.exec(shown) ?? []
    return `${address} ${way}`
  } catch (error) {
    // "Network is unreachable": it has no route at all
    if (error instanceof CommandFailed && error.exitCode === 2) return `no route to ${address}`
    throw error
  }
}
