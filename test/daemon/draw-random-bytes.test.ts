import test from 'ava'
import { drawRandomBytes } from '../../src/daemon/draw-random-bytes.ts'

test('random bytes are given out once, and stay as they are', t => {
  const drawn = Array.from({ length: 300 }, () => drawRandomBytes(512))
  const texts = drawn.map(bytes => Buffer.from(bytes).toString('hex'))
  t.is(new Set(texts).size, 300)
  t.true(drawn.every(bytes => bytes.length === 512))
  drawRandomBytes(65_536)
  t.deepEqual(
    drawn.map(bytes => Buffer.from(bytes).toString('hex')),
    texts,
  )
})
