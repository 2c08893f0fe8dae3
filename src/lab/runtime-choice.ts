import type { ContainerFacts } from '../cloud/machine-facts.ts'
import { readLimits } from '../linux/read-limits.ts'
import { EngineUnusable } from '../runtime/docker/engine-unusable.ts'
import type { LabRecord } from './record.ts'

export type RuntimeName = 'auto' | 'docker' | 'process'

/** Of a lab's record, where its services run. */
type Standing = Pick<LabRecord, 'containers'>

interface RuntimeWish {
  readonly runtime: RuntimeName
  /** Somebody's own image; lab's where there is none. */
  readonly image?: string
}

/**
 * Where the services of a lab run. `auto` takes an engine that answers, and else processes; a lab that stands stays
 * where it is. Engine and image can be looked for before they are asked for.
 */
export class RuntimeChoice {
  readonly #wish: RuntimeWish
  readonly #environment: NodeJS.ProcessEnv
  /** Of the record that was looked for. */
  readonly #found = new Map<ContainerFacts['host'] | null, Promise<ContainerFacts>>()
  /** Why `auto` takes no containers, although an engine is there. */
  refusal: EngineUnusable | null = null

  constructor(wish: RuntimeWish, environment: NodeJS.ProcessEnv) {
    this.#wish = wish
    this.#environment = environment
  }

  /** Looks, where it will be needed. What is not found is no error: programs of the image may yet be installed. */
  async lookAhead(standing: Standing | null): Promise<void> {
    if (this.#isProcess(standing)) return
    await this.#find(standing).catch(() => this.#found.clear())
  }

  /** The engine to use; null for processes. Throws EngineUnusable where containers were asked for. */
  async choose(standing: Standing | null): Promise<ContainerFacts | null> {
    if (this.#isProcess(standing)) return null
    try {
      return await this.#find(standing)
    } catch (error) {
      const isFree = this.#wish.runtime === 'auto' && standing === null
      if (!isFree || !(error instanceof EngineUnusable)) throw error
      this.refusal = error
      return null
    }
  }

  #isProcess(standing: Standing | null): boolean {
    const { runtime } = this.#wish
    return runtime === 'process' || (runtime === 'auto' && standing?.containers === null)
  }

  #find(standing: Standing | null): Promise<ContainerFacts> {
    const recorded = this.#wish.runtime === 'auto' ? (standing?.containers ?? null) : null
    const key = recorded?.host ?? null
    const found = this.#found.get(key) ?? (recorded === null ? this.#ask() : this.#renew(recorded))
    this.#found.set(key, found)
    return found
  }

  async #ask(): Promise<ContainerFacts> {
    const image = this.#nameImage()
    // Waited for after the engine, without which it is of no use.
    image.catch(() => undefined)
    const { findEngineFacts } = await import('../runtime/docker/find-engine-facts.ts')
    const facts = await findEngineFacts(this.#environment)
    return { ...facts, limits: readLimits(), ...(await image) }
  }

  async #renew(recorded: ContainerFacts): Promise<ContainerFacts> {
    return { ...recorded, ...(await this.#nameImage()) }
  }

  async #nameImage(): Promise<Pick<ContainerFacts, 'image' | 'isOwnImage'>> {
    const { image } = this.#wish
    if (image !== undefined) return { image, isOwnImage: false }
    const { ownImage } = await import('../runtime/docker/image/own-image.ts')
    return { image: (await ownImage()).reference, isOwnImage: true }
  }
}
