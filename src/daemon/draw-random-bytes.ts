import { randomBytes } from 'node:crypto'

/** Random bytes, no more than 64 KiB; drawn from the system many at a time, each given out once. */
export function drawRandomBytes(size: number): Uint8Array {
  if (position + size > store.length) {
    store = randomBytes(storeBytes)
    position = 0
  }
  position += size
  return store.subarray(position - size, position)
}

const storeBytes = 65_536
let store = Buffer.alloc(0)
let position = 0
