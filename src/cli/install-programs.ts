import { LabError } from '../lab/lab-error.ts'
import type { DebianInstallation } from '../linux/install-debian-packages.ts'
import { debianPackagesOf, installLine, type Program } from '../linux/programs.ts'

interface Installer {
  /** False with `--no-install`. */
  readonly mayInstall: boolean
  readonly isRoot: boolean
  readonly hasApt: boolean
  /** Asks on the terminal; null where there is none. */
  readonly confirm: ((question: string) => Promise<boolean>) | null
  readonly say: (line: string) => void
  readonly install: (wanted: DebianInstallation) => Promise<void>
  /** Looks again afterwards: nothing is reported as done that has not been read back. */
  readonly findMissing: () => readonly Program[]
}

/** Installs the Debian packages of missing programs. Throws LabError with exit code 3 where that may not or cannot be. */
export async function installPrograms(
  missing: readonly Program[],
  installer: Installer,
): Promise<void> {
  if (missing.length === 0) return
  refuseWhereImpossible(missing, installer)
  announce(missing, installer.say)
  if (installer.confirm !== null && !(await installer.confirm('Install them?')))
    throw refusal(missing)
  await install(missing, installer)
  const stillMissing = installer.findMissing()
  if (stillMissing.length > 0) throw refusal(stillMissing)
}

function refuseWhereImpossible(missing: readonly Program[], installer: Installer): void {
  if (!installer.hasApt) {
    throw new LabError(`${listOf(missing)}\nThere is no apt-get to install them with.`, {
      hint: "Install them with the machine's own package manager.",
      exitCode: 3,
    })
  }
  if (!installer.mayInstall || !installer.isRoot) throw refusal(missing)
}

function refusal(missing: readonly Program[]): LabError {
  return new LabError(listOf(missing), { hint: installLine(missing), exitCode: 3 })
}

function listOf(missing: readonly Program[]): string {
  const lines = missing.map(program => `  ${program.name}, which ${program.why}`)
  return `Programs are missing:\n${lines.join('\n')}`
}

function announce(missing: readonly Program[], say: (line: string) => void): void {
  say(listOf(missing))
  say(`lab will install the Debian packages ${debianPackagesOf(missing).join(', ')}.`)
  for (const service of servicesOf(missing)) say(`The service ${service} of its package stays off.`)
}

function servicesOf(missing: readonly Program[]): readonly string[] {
  return missing.flatMap(program => program.service ?? [])
}

async function install(missing: readonly Program[], { say, install }: Installer): Promise<void> {
  try {
    await install({
      packages: debianPackagesOf(missing),
      services: servicesOf(missing),
      onCommand: command => say(`  ${command}`),
    })
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause)
    throw new LabError(`Cannot install ${debianPackagesOf(missing).join(', ')}\n${words}`, {
      hint: installLine(missing),
      exitCode: 3,
      cause,
    })
  }
}
