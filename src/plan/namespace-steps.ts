import { stepIds } from './names.ts'
import type { IpStep, NamespaceStep, Step, SysctlStep } from './step.ts'

interface NamespaceWish {
  readonly host: string
  readonly namespace: string
  readonly why: string
  readonly source: readonly string[]
  readonly sysctls: Readonly<Record<string, string>>
  /** Ports that are plugged into it; `lo` then goes by the process that sets their addresses. */
  readonly portIds: readonly string[]
}

/** A network namespace with its sysctls, which must stand before its first device does, and `lo` up. */
export function namespaceSteps(wish: NamespaceWish): Step[] {
  return [namespaceStep(wish), sysctlStep(wish), loopbackStep(wish)]
}

function namespaceStep({ host, namespace, why, source }: NamespaceWish): NamespaceStep {
  return {
    kind: 'netns',
    id: stepIds.namespace(namespace),
    host,
    phase: 'namespaces',
    needs: [],
    why,
    source,
    namespace,
  }
}

function sysctlStep({ host, namespace, source, sysctls }: NamespaceWish): SysctlStep {
  return {
    kind: 'sysctl',
    id: `sysctl:${namespace}`,
    host,
    phase: 'namespaces',
    needs: [stepIds.namespace(namespace)],
    why: `kernel settings of ${namespace}`,
    source,
    namespace,
    settings: sysctls,
  }
}

function loopbackStep({ host, namespace, source, portIds }: NamespaceWish): IpStep {
  return {
    kind: 'ip',
    id: `lo:${namespace}`,
    host,
    phase: 'wiring',
    needs: [`sysctl:${namespace}`, ...portIds.map(stepIds.link)],
    why: `loopback of ${namespace}`,
    source,
    namespace,
    lines: ['link set lo up'],
    removeLines: [],
    expects: { links: [{ device: 'lo' }] },
  }
}
