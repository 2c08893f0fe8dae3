import type { Refusal } from './engine-unusable.ts'

/** Refuses an engine whose containers cannot join this machine's network namespaces. */
export function refuseElsewhere(host: string, problem: string): Refusal {
  return {
    reason: 'elsewhere',
    host,
    problem: `${problem}\nThe containers of a lab join this machine's network namespaces; from there they cannot.`,
    remedy: 'Use an engine of this machine, or run lab on that one',
  }
}
