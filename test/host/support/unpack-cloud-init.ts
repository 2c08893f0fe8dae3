import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { execa } from 'execa'
import { installDebianPackages } from '../../../src/linux/install-debian-packages.ts'
import { isInstalled } from '../../../src/linux/programs.ts'

/**
 * The directory with Debian's cloud-init and what the machine lacks for it, unpacked and not installed, since its units
 * would run at the next boot. Fetched once and kept for later runs; python3 is installed where it is missing.
 */
export async function unpackCloudInit(): Promise<string> {
  if (!isInstalled('python3')) await apt('python3')
  // What is compiled in it fits one version of Python.
  const directory = join(cache, `cloud-init-${basename(readlinkSync('/usr/bin/python3'))}`)
  if (existsSync(directory)) return directory
  mkdirSync(cache, { recursive: true })
  const fresh = mkdtempSync(join(cache, 'fresh-'))
  try {
    await unpackInto(fresh)
    renameSync(fresh, directory)
  } catch (error) {
    // Another run may have been faster.
    if (!existsSync(directory)) throw error
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
  return directory
}

const cache = '/var/cache/lab-test'

async function unpackInto(directory: string): Promise<void> {
  const archives = join(directory, 'archives')
  mkdirSync(join(archives, 'partial'), { recursive: true })
  // There even where the machine lacks nothing.
  mkdirSync(join(directory, 'etc'))
  await apt('--download-only', `--option=Dir::Cache::Archives=${archives}`, 'cloud-init')
  for (const name of readdirSync(archives).filter(file => file.endsWith('.deb')))
    await execa('dpkg', ['--extract', join(archives, name), directory])
  rmSync(archives, { recursive: true })
}

async function apt(...packages: readonly string[]): Promise<void> {
  await installDebianPackages({ packages, services: [], onCommand: () => undefined })
}
