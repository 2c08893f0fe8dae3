import type { RulesStep } from './step.ts'

interface Place {
  readonly host: string
  readonly namespace: string
  readonly source: readonly string[]
}

/** The agent's iptables rules in a namespace, a table set for each IP version that it writes. */
export function rulesSteps(place: Place, iptables: string, ip6tables: string | null): RulesStep[] {
  const ipv4 = rulesStep(place, 4, iptables)
  return ip6tables === null ? [ipv4] : [ipv4, rulesStep(place, 6, ip6tables)]
}

function rulesStep({ host, namespace, source }: Place, family: 4 | 6, rules: string): RulesStep {
  return {
    kind: 'rules',
    id: `rules${family}:${namespace}`,
    host,
    phase: 'wiring',
    needs: [`sysctl:${namespace}`],
    why: `iptables rules of ${namespace}, IPv${family}`,
    source,
    namespace,
    family,
    rules,
  }
}
