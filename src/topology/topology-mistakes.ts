import type { Mistake, TopologySource } from './mistake.ts'
import { renderMistakes } from './render-mistakes.ts'

/** Every mistake of a topology file at once; the message shows all of them with their lines. */
export class TopologyMistakes extends Error {
  override readonly name = 'TopologyMistakes'
  readonly mistakes: readonly Mistake[]
  readonly source: TopologySource
  /** Of the command line: a wrong topology is wrong usage. */
  readonly exitCode = 2

  constructor(source: TopologySource, mistakes: readonly Mistake[]) {
    super(renderMistakes(source, mistakes))
    this.source = source
    this.mistakes = mistakes
  }
}
