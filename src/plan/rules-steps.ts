import type { RulesStep } from './step.ts'

interface Place {
  readonly host: string
  readonly namespace: string
  readonly source: readonly string[]
}

/** The agent's iptables rules in a namespace, a table set for each IP version that it writes. */
export function rulesSteps(
  place: Place,
  iptables: string | null,
  ip6tables: string | null,
): RulesStep[] {
  return [
    ...(iptables === null ? [] : [rulesStep(place, 4, iptables)]),
    ...(ip6tables === null ? [] : [rulesStep(place, 6, ip6tables)]),
  ]
}

/** A bridge's rules in a host's namespace. */
export function bridgeRulesStep(place: Place, rules: string, why: string): RulesStep {
  return { ...rulesStep(place, 'bridge', rules), why }
}

function rulesStep(
  { host, namespace, source }: Place,
  family: RulesStep['family'],
  rules: string,
): RulesStep {
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
