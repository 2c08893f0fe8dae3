import type { ServiceName } from '../../../src/plan/step.ts'

/** Lines in which two runtimes are meant to differ. */
export interface MeantDifference {
  readonly why: string
  /** Of labs that have this service. */
  readonly of?: ServiceName
  /** Those that a lab of processes alone has. */
  readonly processes: RegExp
  /** Those that a lab in containers has in their place. */
  readonly containers?: RegExp
  /** What both sides' lines say alike, though they differ. */
  readonly alike?: (line: string) => string
}

/** What came of comparing two descriptions of a lab. */
export interface Comparison {
  /** Lines that nobody means to differ, `only processes: …`. */
  readonly unmeant: readonly string[]
  /** Reasons of differences that there were. */
  readonly seen: readonly string[]
}

/** Compares the lines of a lab of processes with those of the same lab in containers. */
export function compareDescriptions(
  processes: readonly string[],
  containers: readonly string[],
  meant: readonly MeantDifference[],
): Comparison {
  const left = linesOnlyIn(processes, containers)
  const right = linesOnlyIn(containers, processes)
  const seen = meant.filter(one => isAlike(one, left, right))
  return {
    unmeant: [
      ...left.filter(line => !seen.some(one => one.processes.test(line))).map(tell('processes')),
      ...right
        .filter(line => !seen.some(one => one.containers?.test(line)))
        .map(tell('containers')),
    ],
    seen: seen.map(({ why }) => why),
  }
}

/** One that is there twice is missed where it is there once. */
function linesOnlyIn(lines: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1)
  return lines.filter(line => {
    const count = left.get(line) ?? 0
    left.set(line, count - 1)
    return count <= 0
  })
}

function isAlike(
  { processes, containers, alike = () => '' }: MeantDifference,
  left: readonly string[],
  right: readonly string[],
): boolean {
  const before = new Set(left.filter(line => processes.test(line)).map(alike))
  if (containers === undefined) return before.size > 0
  const after = new Set(right.filter(line => containers.test(line)).map(alike))
  return before.size > 0 && before.symmetricDifference(after).size === 0
}

function tell(side: string): (line: string) => string {
  return line => `only ${side}: ${line}`
}
