import { createHash } from 'node:crypto'

const CUT = /^(.+)(?:\.\.\.|…)<(\d+) bytes, sha256 ([0-9a-f]+)>$/s

/**
 * A text as it was before the recording cut it: `…<N bytes, sha256 …>` stands for N bytes whose end goes on as its
 * last characters do, over and over; the hash says when that is right. Throws where it never is.
 */
export function restoreCut(text: string): string {
  const cut = CUT.exec(text)
  if (cut === null) return text
  const [, start = '', size, hash = ''] = cut
  for (let period = 1; period <= start.length; period += 1) {
    const whole = start.padEnd(Number(size), start.slice(-period))
    if (createHash('sha256').update(whole).digest('hex').startsWith(hash)) return whole
  }
  throw new Error(`what was cut from ${text} cannot be guessed`)
}

/** A text cut as a recorded one is, which is then the same if the whole is; one character a byte. */
export function cutAs(recorded: string, text: string): string {
  const [, start = '', , hash = ''] = CUT.exec(recorded) ?? []
  const bytes = Buffer.from(text, 'latin1')
  const isSame = createHash('sha256').update(bytes).digest('hex').startsWith(hash)
  return hash !== '' && isSame && text.startsWith(start) ? recorded : text
}

/** A body of which the recording has the first 2,000 characters, filled with its last one to the length it had. */
export function restoreBody(body: Buffer, lengthBytes: number): Buffer {
  if (body.length < CUT_BODY || !(lengthBytes > body.length)) return body
  return Buffer.concat([body, Buffer.alloc(lengthBytes - body.length, body.subarray(-1))])
}

const CUT_BODY = 2000
