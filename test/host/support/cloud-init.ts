import { join } from 'node:path'
import test from 'ava'
import { execa } from 'execa'
import { isRoot } from './lab.ts'
import { unpackCloudInit } from './unpack-cloud-init.ts'

/** What a data source of cloud-init has found. */
export interface CloudInitSeen {
  readonly instance_id: string
  readonly hostname: string
  readonly public_keys: readonly string[]
  readonly availability_zone: string | null
  /** In base64; null where there is none. */
  readonly user_data: string | null
  readonly vendor_data: string | null
  readonly metadata: Readonly<Record<string, unknown>>
  readonly ec2_metadata: Readonly<Record<string, unknown>> | null
  /** The file that a guest would get in /etc/netplan. */
  readonly netplan: string | null
}

export interface CloudInitWish {
  /** `OpenStackLocal` makes a DHCP lease of its own on an interface without addresses. */
  readonly source: 'OpenStack' | 'OpenStackLocal' | 'Ec2'
  readonly namespace: string
  readonly instanceId: string
}

/** Unpacks cloud-init before the first test of a file; gives what runs a data source in a namespace. */
export function unpackedCloudInit(): (wish: CloudInitWish) => Promise<CloudInitSeen> {
  let directory = ''
  if (isRoot) {
    test.serial.before(async () => {
      directory = await unpackCloudInit()
    })
  }
  return wish => readDataSource(directory, wish)
}

async function readDataSource(directory: string, wish: CloudInitWish): Promise<CloudInitSeen> {
  const { source, namespace, instanceId } = wish
  const inNamespace = ['netns', 'exec', namespace, 'unshare', ...unshared, 'sh', '-c', script]
  const { stdout } = await execa('ip', [...inNamespace, 'sh', driver, directory], {
    input: JSON.stringify({
      source,
      module: source.replace('Local', ''),
      system_uuid: instanceId,
      directory: '/run/guest',
    }),
    env: {
      PATH: [
        ...['usr/sbin', 'usr/bin', 'sbin', 'bin'].map(name => join(directory, name)),
        systemPath,
      ].join(':'),
      PYTHONPATH: join(directory, 'usr/lib/python3/dist-packages'),
      PYTHONDONTWRITEBYTECODE: '1',
    },
    extendEnv: false,
    timeout: 60_000,
  })
  return JSON.parse(stdout)
}

const driver = join(import.meta.dirname, 'read-data-source.py')
const unshared = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
const systemPath = '/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * The packages' files in /etc stand beside the machine's, of which none can be changed. The name servers of an example's
 * topology do not exist, and would be waited for.
 */
const script = `set -e
mount -t tmpfs tmpfs /run
mkdir /run/guest
mount -t overlay -o lowerdir="$2/etc:/etc" overlay /etc
if [ -e /etc/resolv.conf ]; then mount --bind /dev/null /etc/resolv.conf; fi
mount -o remount,bind,ro /
exec /usr/bin/python3 "$1"`
