import { LabError } from '../lab/lab-error.ts'

/** Throws, in one line, where the command needs root and is not. */
export function requireRoot(): void {
  if (process.getuid?.() === 0) return
  const words = process.argv.slice(2).join(' ')
  throw new LabError(`This needs root, because it works on network namespaces: sudo lab ${words}`)
}
