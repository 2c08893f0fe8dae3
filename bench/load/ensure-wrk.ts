import { askAndInstall } from '../../src/cli/ask-and-install.ts'
import { isInstalled, type Program } from '../../src/linux/programs.ts'

/** Makes sure that the load generator is there, as `lab up` does of the programs of labs. Throws where it cannot. */
export async function ensureWrk(): Promise<void> {
  if (!isInstalled(wrk.name))
    await askAndInstall([wrk], true, () => (isInstalled(wrk.name) ? [] : [wrk]))
}

const wrk: Program = { name: 'wrk', debianPackage: 'wrk', why: 'loads the chain with requests' }
