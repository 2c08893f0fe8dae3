/** One thing that is wrong with a topology file, and where. */
export interface Mistake {
  readonly message: string
  /** Keys and list indexes from the top of the file; empty for the file as a whole. */
  readonly path: TopologyPath
  readonly position: Position
  /** What to write instead, where that can be guessed. */
  readonly hint?: string
}

export type TopologyPath = readonly (string | number)[]

/** Line and column count from 1, in UTF-16 code units; the length stays within the line. */
export interface Position {
  readonly line: number
  readonly column: number
  readonly length: number
}

/** A topology as it was read: the path is for messages only. */
export interface TopologySource {
  readonly path: string
  readonly text: string
}
