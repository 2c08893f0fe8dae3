import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { lockLab } from '../../src/lab/lock.ts'
import { restartServices } from '../../src/lab/restart-services.ts'
import { readWholeLab } from './read-whole-lab.ts'

/**
 * Runs an action on a lab that stands while no password has been posted in it, as when the recordings were made. Those
 * that were are put aside, and are back afterwards; nova-api-metadata is restarted each time, as by `lab restart`.
 */
export async function withFreshPasswords<Result>(
  lab: string,
  signal: AbortSignal,
  action: () => Promise<Result>,
): Promise<Result> {
  const record = readWholeLab(lab)
  const config = `${record.cloud.neutron.state_path}/etc/nova-api-metadata.json`
  const { passwordFile }: { readonly passwordFile: string } = JSON.parse(
    readFileSync(config, 'utf8'),
  )
  const aside = `${passwordFile}.before-conformance`
  const restart = async (limit: AbortSignal) => {
    await using _lock = await lockLab({ lab, command: 'make conformance', waitMs: 10_000 })
    await restartServices(record, 'nova-api-metadata', limit)
  }
  // Where it is there already, an earlier run was killed, and what lies beside it is that run's.
  if (existsSync(aside)) rmSync(passwordFile, { force: true })
  else if (existsSync(passwordFile)) renameSync(passwordFile, aside)
  try {
    await restart(signal)
    return await action()
  } finally {
    rmSync(passwordFile, { force: true })
    if (existsSync(aside)) renameSync(aside, passwordFile)
    await restart(new AbortController().signal)
  }
}
