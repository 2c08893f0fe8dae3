import type { Cloud } from '../../src/cloud/cloud.ts'
import { type CloudOptions, deriveCloud } from '../../src/cloud/derive-cloud.ts'
import { readTopology } from '../../src/topology/read-topology.ts'

/** The cloud of a topology that must be without mistakes. */
export function readCloud(text: string, options: Partial<CloudOptions> = {}): Cloud {
  const reading = readTopology({ path: 'lab.yaml', text })
  if (!reading.ok) throw new Error(reading.mistakes.map(({ message }) => message).join('\n'))
  return deriveCloud(reading.topology, { lab: 'test', secret: 'given', ...options })
}
