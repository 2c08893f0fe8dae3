import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { quoteCommand } from '../plan/shell-quote.ts'
import { CommandFailed } from './command-failed.ts'
import { systemPath } from './system-path.ts'

export interface DebianInstallation {
  readonly packages: readonly string[]
  /** Services of these packages that must not run on the machine. */
  readonly services: readonly string[]
  /** Told each command before it runs. */
  readonly onCommand: (command: string) => void
  /** Where apt-get and dpkg are looked for. */
  readonly path?: string
  /** Where apt keeps the archives' lists. */
  readonly listsDirectory?: string
}

/**
 * Installs Debian packages, and leaves the machine's running services as they are: none is started, and those named
 * stay off at the next boot. Fetches the archives' lists only where they are missing or too old, completes an
 * interrupted dpkg run, and waits two minutes for another one. Needs root.
 *
 * @throws CommandFailed with apt's own words
 */
export async function installDebianPackages(wanted: DebianInstallation): Promise<void> {
  if (!hasLists(wanted.listsDirectory ?? '/var/lib/apt/lists')) await updateLists(wanted)
  const firstTry = await run(wanted, installCommand(wanted))
  if (firstTry.exitCode === 0) return
  await repair(wanted, firstTry)
  throwOnFailure(await run(wanted, installCommand(wanted)))
}

function hasLists(directory: string): boolean {
  try {
    return readdirSync(directory).some(name => /_Packages(\.\w+)?$/.test(name))
  } catch {
    // No folder, no lists.
    return false
  }
}

async function repair(wanted: DebianInstallation, failed: Outcome): Promise<void> {
  if (/dpkg --configure -a/.test(failed.output)) {
    throwOnFailure(await run(wanted, ['dpkg', '--force-confold', '--configure', '-a']))
  } else if (
    /Unable to locate package|no installation candidate|Failed to fetch/.test(failed.output)
  ) {
    await updateLists(wanted)
  } else {
    throwOnFailure(failed)
  }
}

/** apt waits for dpkg's lock but not for that of the lists, which a fresh machine's daily update holds for a while. */
async function updateLists(wanted: DebianInstallation): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const outcome = await run(wanted, ['apt-get', 'update', '--quiet'])
    const isLocked = /Could not get lock .*lists/.test(outcome.output)
    if (!isLocked || tries === LISTS_LOCK_TRIES) return throwOnFailure(outcome)
    await sleep(LISTS_LOCK_PAUSE_MS)
  }
}

const LISTS_LOCK_TRIES = 60
const LISTS_LOCK_PAUSE_MS = 2000

/**
 * haproxy's package enables its service. apt itself turns it off again right after dpkg, so that this happens even if
 * lab is killed meanwhile, and later upgrades of the package keep it off.
 */
function installCommand({ packages, services }: DebianInstallation): readonly string[] {
  const turnOff = services.map(service => `update-rc.d ${service} disable || true`)
  return [
    'apt-get',
    'install',
    '--yes',
    '--quiet',
    '--no-install-recommends',
    '--option=DPkg::Lock::Timeout=120',
    '--option=Dpkg::Options::=--force-confold',
    '--option=Dpkg::Use-Pty=0',
    ...turnOff.map(command => `--option=DPkg::Post-Invoke::=${command}`),
    ...packages,
  ]
}

/**
 * What keeps packages from starting services while they are configured, without a file (such as policy-rc.d) that
 * would stay behind: `systemctl` does not talk to systemd, System V init's runlevel is the one in which next to nothing
 * is started, and Ubuntu's needrestart does not restart what uses an upgraded library.
 */
const QUIET_ENVIRONMENT = {
  SYSTEMD_OFFLINE: '1',
  RUNLEVEL: '1',
  PREVLEVEL: 'N',
  NEEDRESTART_SUSPEND: '1',
  DEBIAN_FRONTEND: 'noninteractive',
  DEBIAN_PRIORITY: 'critical',
  LC_ALL: 'C',
}

interface Outcome {
  readonly argv: readonly string[]
  readonly exitCode: number | null
  readonly signal: string | null
  readonly output: string
}

function run(wanted: DebianInstallation, argv: readonly string[]): Promise<Outcome> {
  const [program = '', ...args] = argv
  wanted.onCommand(quoteCommand(argv))
  const env = { ...process.env, ...QUIET_ENVIRONMENT, PATH: wanted.path ?? systemPath }
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  child.on('error', reject)
  child.on('close', (exitCode, signal) => resolve({ argv, exitCode, signal, output }))
  return promise
}

function throwOnFailure(outcome: Outcome): void {
  if (outcome.exitCode === 0) return
  throw new CommandFailed({ ...outcome, output: lastLines(outcome.output) })
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-15).join('\n')
}
