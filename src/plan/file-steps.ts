import { stepIds } from './names.ts'
import type { DirectoryStep, FileStep, Phase } from './step.ts'

interface FileWish {
  readonly host: string
  readonly path: string
  readonly content: string
  readonly mode?: number
  readonly why: string
  readonly source: readonly string[]
  readonly phase?: Phase
  readonly volatile?: true
}

/** A file of the lab; it needs the directory that holds it. */
export function fileStep(wish: FileWish): FileStep {
  const { host, path, content, why, source } = wish
  return {
    kind: 'file',
    id: stepIds.file(path),
    host,
    phase: wish.phase ?? 'files',
    needs: [stepIds.directory(parentOf(path))],
    why,
    source,
    path,
    mode: wish.mode ?? 0o644,
    content,
    ...(wish.volatile ? { volatile: true } : {}),
  }
}

interface DirectoryWish {
  readonly host: string
  readonly path: string
  readonly mode: number
  readonly why: string
  readonly shared?: true
}

/** A directory of the lab; one below the state path needs its parent, which is another step. */
export function directoryStep(wish: DirectoryWish, needs: readonly string[]): DirectoryStep {
  const { host, path, mode, why } = wish
  return {
    kind: 'directory',
    id: stepIds.directory(path),
    host,
    phase: 'files',
    needs,
    why,
    source: [],
    path,
    mode,
    ...(wish.shared ? { shared: true } : {}),
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}
