import { createInterface } from 'node:readline/promises'
import { installDebianPackages } from '../linux/install-debian-packages.ts'
import { isRoot } from '../linux/is-root.ts'
import { isInstalled, type Program } from '../linux/programs.ts'
import { installPrograms } from './install-programs.ts'

/** Installs programs that are missing: asks on a terminal, does it unasked where there is none. Throws LabError. */
export async function askAndInstall(
  missing: readonly Program[],
  mayInstall: boolean,
  findMissing: () => readonly Program[],
): Promise<void> {
  await installPrograms(missing, {
    mayInstall,
    isRoot: isRoot(),
    hasApt: isInstalled('apt-get'),
    confirm: process.stdin.isTTY && process.stderr.isTTY ? askYesNo : null,
    say: line => process.stderr.write(`${line}\n`),
    install: installDebianPackages,
    findMissing,
  })
}

/** Enter is yes. The end of the input is no. */
async function askYesNo(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const { promise: closed, resolve } = Promise.withResolvers<string>()
  terminal.once('close', () => resolve('no'))
  const answer = await Promise.race([terminal.question(`${question} [Y/n] `), closed])
  terminal.close()
  return /^(y|yes|)$/i.test(answer.trim())
}
