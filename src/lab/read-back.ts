import type { Step } from '../plan/step.ts'

/** Collects what has been made, and gives the steps of a namespace to be read back together when it is the last. */
export class ReadBack {
  readonly #unmade = new Map<string, number>()
  readonly #made = new Map<string, Step[]>()

  constructor(steps: readonly Step[]) {
    for (const step of steps) {
      const namespace = namespaceToRead(step)
      if (namespace !== null) this.#unmade.set(namespace, (this.#unmade.get(namespace) ?? 0) + 1)
    }
  }

  /** Steps to be read back now; what its making has already shown to stand is among them. */
  take(group: readonly Step[]): Step[] {
    return group.flatMap(step => {
      const namespace = namespaceToRead(step)
      return namespace === null ? [step] : this.#takeNamespace(namespace, step)
    })
  }

  #takeNamespace(namespace: string, step: Step): Step[] {
    const made = [...(this.#made.get(namespace) ?? []), step]
    const unmade = (this.#unmade.get(namespace) ?? 0) - 1
    this.#made.set(namespace, made)
    this.#unmade.set(namespace, unmade)
    return unmade === 0 ? made : []
  }
}

function namespaceToRead(step: Step): string | null {
  return step.kind === 'ip' || step.kind === 'rules' ? step.namespace : null
}
