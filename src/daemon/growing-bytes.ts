/** Bytes put together from packets; however small the packets are, each byte is copied about twice. */
export class GrowingBytes {
  #store: Buffer
  #sizeBytes: number

  /** Begins with a packet, which is taken over. */
  constructor(first: Buffer = nothing) {
    this.#store = first
    this.#sizeBytes = first.length
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** What is there; stays as it is when more is appended. */
  get bytes(): Buffer {
    if (this.#sizeBytes === this.#store.length) return this.#store
    return this.#store.subarray(0, this.#sizeBytes)
  }

  append(packet: Buffer): void {
    const sizeBytes = this.#sizeBytes + packet.length
    if (sizeBytes > this.#store.length) this.#grow(sizeBytes)
    packet.copy(this.#store, this.#sizeBytes)
    this.#sizeBytes = sizeBytes
  }

  #grow(sizeBytes: number): void {
    const before = this.bytes
    this.#store = Buffer.allocUnsafe(Math.max(sizeBytes, 2 * before.length))
    before.copy(this.#store)
  }
}

const nothing = Buffer.alloc(0)
