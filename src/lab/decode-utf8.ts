import { Buffer, isUtf8 } from 'node:buffer'
import { LabError } from './lab-error.ts'

/** Text of a file that must be UTF-8; a byte order mark is taken away. Names the first byte that is not. */
export function decodeUtf8(path: string, bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (isUtf8(bytes)) return text.replace(/^\u{feff}/u, '')
  const offset = findInvalidByte(bytes, text)
  const byte = `0x${bytes.subarray(offset, offset + 1).toString('hex')}`
  throw new LabError(
    `Cannot read topology ${path}: it is not UTF-8, from byte ${offset} (${byte}).`,
    {
      exitCode: 2,
      hint: 'Save it as UTF-8; `file` and `iconv` help to find what it is now.',
    },
  )
}

/** Decoding puts U+FFFD where a byte is invalid; one that stands there as itself is not meant. */
function findInvalidByte(bytes: Buffer, text: string): number {
  let offset = 0
  let from = 0
  for (let at = text.indexOf(replacement); at !== -1; at = text.indexOf(replacement, from)) {
    offset += Buffer.byteLength(text.slice(from, at))
    if (!bytes.subarray(offset, offset + 3).equals(encodedReplacement)) return offset
    offset += encodedReplacement.length
    from = at + 1
  }
  return offset
}

const replacement = '\u{fffd}'
const encodedReplacement = Buffer.from(replacement)
