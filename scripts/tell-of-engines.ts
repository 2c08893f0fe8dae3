import { enginePrograms } from './engine-programs.ts'
import type { ProvidedEngine } from './provide-engines.ts'

/** The environment in which tests find the engines that there are. */
export function tellOfEngines(
  engines: readonly ProvidedEngine[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    engines.flatMap(({ kind, host }) =>
      host === undefined ? [] : [[enginePrograms[kind].variable, host]],
    ),
  )
}
