import { findMissingPrograms, type OptionalProgram } from '../linux/programs.ts'

/**
 * Makes sure that every program that labs call is there, and those besides, installing what is not: asks on a terminal,
 * does it unasked where there is none. Throws LabError with exit code 3 where it may not (`mayInstall`) or cannot.
 */
export async function ensurePrograms(
  mayInstall: boolean,
  besides: readonly OptionalProgram[],
): Promise<void> {
  const find = () => findMissingPrograms(undefined, besides)
  const missing = find()
  if (missing.length === 0) return
  const { askAndInstall } = await import('./ask-and-install.ts')
  await askAndInstall(missing, mayInstall, find)
}
