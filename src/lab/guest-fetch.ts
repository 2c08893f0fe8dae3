import type { Cloud } from '../cloud/cloud.ts'
import type { Guest } from '../cloud/guest.ts'
import { run } from '../linux/run.ts'
import { guestNamespace } from '../plan/names.ts'

/**
 * One real request of a guest, by curl in its namespace. Gives the body. Throws CommandFailed with curl's words where
 * there is no answer, or one that is not a success.
 */
export async function fetchAsGuest(
  cloud: Cloud,
  guest: Pick<Guest, 'name'>,
  path: string,
): Promise<string> {
  return await run([...fetchCommand(cloud, guest, path)], { lab: cloud.lab })
}

/** The same as a command to paste. */
function fetchCommand(
  cloud: Cloud,
  guest: Pick<Guest, 'name'>,
  path: string,
): readonly [string, ...string[]] {
  const options = ['--silent', '--show-error', '--fail', '--max-time', '10', '--noproxy', '*']
  const namespace = guestNamespace(cloud, guest)
  return ['ip', 'netns', 'exec', namespace, 'curl', ...options, `http://169.254.169.254${path}`]
}
