import { chmodSync, mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa, type Options } from 'execa'
import { projectRoot } from '../../../src/linux/gather-facts.ts'
import type { Ended } from './lab.ts'

/**
 * Runs the launcher as a user without rights. Where the checkout stands in a folder that only root enters (`/root`),
 * this user could not even read it: in a mount namespace of its own it stands in /tmp as well.
 */
export async function labAsNobody(args: readonly string[], options: Options = {}): Promise<Ended> {
  const reachable = mkdtempSync(join(tmpdir(), 'lab-as-nobody-'))
  try {
    chmodSync(reachable, 0o755)
    const result = await execa(
      'unshare',
      ['--mount', '--propagation', 'private', 'sh', '-c', RUN, projectRoot, reachable, ...args],
      { reject: false, cwd: '/', stdin: 'ignore', ...options },
    )
    return {
      exitCode: result.exitCode ?? -1,
      stdout: String(result.stdout),
      stderr: String(result.stderr),
    }
  } finally {
    rmdirSync(reachable)
  }
}

const RUN = `mount --rbind "$0" "$1" && lab=$1/lab && shift &&
exec setpriv --reuid=65534 --regid=65534 --clear-groups "$lab" "$@"`
