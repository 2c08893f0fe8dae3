import test from 'ava'
import { unframe } from '../../../src/runtime/docker/unframe.ts'

function frame(text: string, stream = 1): Buffer {
  const payload = Buffer.from(text)
  const head = Buffer.alloc(8)
  head.writeUInt8(stream)
  head.writeUInt32BE(payload.length, 4)
  return Buffer.concat([head, payload])
}

async function textOf(chunks: readonly Buffer[]): Promise<string> {
  return Buffer.concat(await Array.fromAsync(unframe(chunks))).toString()
}

test('both outputs of a container come without their frames, in order', async t => {
  t.is(
    await textOf([frame('one\n'), frame('two\n', 2), frame(''), frame('three\n')]),
    'one\ntwo\nthree\n',
  )
  t.is(await textOf([]), '')
})

test('a frame may come in any pieces', async t => {
  const bytes = Buffer.concat([frame('größe\n'), frame('two\n', 2)])
  for (let size = 1; size <= bytes.length; size++) {
    const count = Math.ceil(bytes.length / size)
    const pieces = Array.from({ length: count }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    )
    t.is(await textOf(pieces), 'größe\ntwo\n', `${size}`)
  }
})

test('a log of a hundred thousand lines in one piece is read like any other', async t => {
  const line = `${'x'.repeat(199)}\n`
  const bytes = Buffer.concat(Array(100_000).fill(frame(line)))
  t.is((await textOf([bytes])).length, 100_000 * 200)
})
