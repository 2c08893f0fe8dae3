import type { Step } from './step.ts'

/** A namespace that OpenStack's agents make on a host. */
export interface OpenStackNamespace {
  /** As they call it: `qdhcp-…`, `qrouter-…`, `ovnmeta-…`. */
  readonly name: string
  /** As it is called here, where several hosts may have it. */
  readonly namespace: string
  readonly host: string
}

/** Those of a plan, on all hosts. What has no name in OpenStack is not among them: guests, hosts, wires. */
export function openStackNamespaces(steps: readonly Step[]): OpenStackNamespace[] {
  return steps.flatMap(step => {
    if (step.kind !== 'netns' || !/^(qdhcp|qrouter|ovnmeta)-/.test(step.namespace)) return []
    const { namespace, host } = step
    return [{ name: namespace.split('@', 1).join(), namespace, host }]
  })
}
