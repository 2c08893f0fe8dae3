import { CommandFailed } from '../linux/command-failed.ts'
import { run } from '../linux/run.ts'
import { metadataAddress } from '../neutron/metadata-address.ts'

/** By which way a namespace reaches 169.254.169.254, as the kernel decides it: `… via 192.168.30.2 dev eth0`. */
export async function readMetadataRoute(namespace: string): Promise<string> {
  try {
    const shown = await run(['ip', '-n', namespace, '-4', 'route', 'get', metadataAddress])
    const [, way = ''] = /^\S+ ((?:via \S+ )?dev \S+)/.exec(shown) ?? []
    return `${metadataAddress} ${way}`
  } catch (error) {
    // "Network is unreachable": it has no route at all
    if (error instanceof CommandFailed && error.exitCode === 2)
      return `no route to ${metadataAddress}`
    throw error
  }
}
