/**
 * Where the head of an HTTP/1 message ends: behind the first empty line, looked for from `start`. Lines end with or
 * without a carriage return; Python's servers and clients take both. Undefined while it is not there.
 */
export function findHeadEnd(bytes: Buffer, start = 0): number | undefined {
  let line = bytes.indexOf('\n', start)
  while (line >= 0) {
    if (bytes[line + 1] === lineFeed) return line + 2
    if (bytes[line + 1] === carriageReturn && bytes[line + 2] === lineFeed) return line + 3
    line = bytes.indexOf('\n', line + 1)
  }
  return undefined
}

const lineFeed = 0x0a
const carriageReturn = 0x0d
