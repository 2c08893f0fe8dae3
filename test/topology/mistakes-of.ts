import { readTopology } from '../../src/topology/read-topology.ts'

/** The mistakes of a topology as `line:column message | hint`. */
export function mistakesOf(text: string): string[] {
  const reading = readTopology({ path: 'lab.yaml', text })
  return reading.ok
    ? []
    : reading.mistakes.map(({ message, position, hint }) =>
        [`${position.line}:${position.column} ${message}`, hint].filter(Boolean).join(' | '),
      )
}
