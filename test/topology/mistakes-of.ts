import { readTopology } from '../../src/topology/read-topology.ts'
import type { ReleaseName } from '../../src/topology/release-names.ts'

/** The mistakes of a topology as `line:column message | hint`. */
export function mistakesOf(text: string, release?: ReleaseName): string[] {
  const reading = readTopology({ path: 'lab.yaml', text }, release)
  return reading.ok
    ? []
    : reading.mistakes.map(({ message, position, hint }) =>
        [`${position.line}:${position.column} ${message}`, hint].filter(Boolean).join(' | '),
      )
}
