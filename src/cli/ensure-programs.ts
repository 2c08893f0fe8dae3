import { findMissingPrograms } from '../linux/programs.ts'

/**
 * Makes sure that every program that labs call is there, installing what is not: asks on a terminal, does it unasked
 * where there is none. Throws LabError with exit code 3 where it may not (`mayInstall`) or cannot.
 */
export async function ensurePrograms(mayInstall: boolean): Promise<void> {
  const missing = findMissingPrograms()
  if (missing.length === 0) return
  const { askAndInstall } = await import('./ask-and-install.ts')
  await askAndInstall(missing, mayInstall)
}
