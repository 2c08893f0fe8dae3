import type { Cloud } from '../cloud/cloud.ts'
import type { Guest } from '../cloud/guest.ts'
import { run } from '../linux/run.ts'
import { guestNamespace } from '../plan/names.ts'

/**
 * One real request of a guest, by curl in its namespace. Gives the body. Throws CommandFailed with curl's words where
 * there is no answer, or one that is not a success. `url` may name a device: `http://[fe80::a9fe:a9fe%25eth0]/`.
 */
export async function fetchAsGuest(
  cloud: Cloud,
  guest: Pick<Guest, 'name'>,
  url: string,
): Promise<string> {
  return await run([...fetchCommand(cloud, guest, url)], { lab: cloud.lab })
}

/** The same as a command to paste; without --globoff curl would take the brackets of an address for a range. */
function fetchCommand(
  cloud: Cloud,
  guest: Pick<Guest, 'name'>,
  url: string,
): readonly [string, ...string[]] {
  const namespace = guestNamespace(cloud, guest)
  return ['ip', 'netns', 'exec', namespace, 'curl', ...OPTIONS, url]
}

const OPTIONS = [
  '--silent',
  '--show-error',
  '--fail',
  '--max-time',
  '10',
  '--noproxy',
  '*',
  '--globoff',
]
