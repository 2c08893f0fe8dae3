import { LabError } from '../lab/lab-error.ts'
import { isRoot } from '../linux/is-root.ts'
import { commandLine } from './command-name.ts'

/** Throws, in one line, where the command needs root and is not. */
export function requireRoot(): void {
  if (isRoot()) return
  const command = commandLine(...process.argv.slice(2))
  throw new LabError(`This needs root, because it works on network namespaces: ${command}`)
}
