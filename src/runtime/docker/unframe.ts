/**
 * What a container has printed, stdout and stderr as they come, without the eight bytes before each piece: the stream,
 * three zeros and the length (Docker's API, `ContainerAttach`). docker-modem's own way takes minutes for a long log that
 * comes at once.
 */
export async function* unframe(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0)
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    let at = 0
    for (let end = endOfFrame(rest, at); end <= rest.length; end = endOfFrame(rest, at)) {
      yield rest.subarray(at + HEAD_BYTES, end)
      at = end
    }
    rest = rest.subarray(at)
  }
}

const HEAD_BYTES = 8

/** Past everything where not even its head is there. */
function endOfFrame(bytes: Buffer, at: number): number {
  if (bytes.length < at + HEAD_BYTES) return Number.POSITIVE_INFINITY
  return at + HEAD_BYTES + bytes.readUInt32BE(at + 4)
}
