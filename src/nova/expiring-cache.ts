/**
 * Values that are good for some seconds, as in oslo_cache's dict backend. Never more than `limit` of them: what has
 * expired goes first, then the oldest, since guests may have a say in the keys.
 */
export class ExpiringCache<Value> {
  readonly #lifetimeMs: number
  readonly #limit: number
  /** All live equally long, so the first is the next to expire. */
  readonly #entries = new Map<string, { readonly value: Value; readonly expiresMs: number }>()

  /** With a lifetime of 0 s nothing is kept. */
  constructor(lifetimeSeconds: number, limit: number) {
    this.#lifetimeMs = lifetimeSeconds * 1000
    this.#limit = limit
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string, nowMs: number): Value | undefined {
    const entry = this.#entries.get(key)
    return entry !== undefined && nowMs < entry.expiresMs ? entry.value : undefined
  }

  set(key: string, value: Value, nowMs: number): void {
    if (this.#lifetimeMs === 0) return
    this.#entries.delete(key)
    for (const [old, { expiresMs }] of this.#entries) {
      if (nowMs < expiresMs && this.#entries.size < this.#limit) break
      this.#entries.delete(old)
    }
    this.#entries.set(key, { value, expiresMs: nowMs + this.#lifetimeMs })
  }
}
