import { writePythonFloat } from './python-float.ts'
import { quotePythonText } from './python-json.ts'

/** A text that Python's `json.loads` refuses with a ValueError. */
export class PythonJsonError extends Error {
  override readonly name = 'PythonJsonError'
}

/**
 * What `json.dumps(json.loads(text))` gives: floats stay floats and integers whole however big, NaN and Infinity are
 * numbers, and of a key that stands twice the last value is kept at the first one's place. Throws PythonJsonError.
 */
export function rewritePythonJson(text: string): string {
  const reader = new Reader(text)
  const value = reader.readValue(0)
  reader.skipBlanks()
  if (!reader.isAtEnd) throw reader.refuse('Extra data')
  return value
}

/** An object of values that are JSON already, as `json.dumps` writes it. */
export function writePythonObject(members: Iterable<readonly [key: string, json: string]>): string {
  return `{${Array.from(members, ([key, json]) => `${quotePythonText(key)}: ${json}`).join(', ')}}`
}

class Reader {
  readonly #text: string
  #position = 0

  constructor(text: string) {
    this.#text = text
  }

  get isAtEnd(): boolean {
    return this.#position === this.#text.length
  }

  refuse(reason: string): PythonJsonError {
    return new PythonJsonError(`${reason}: char ${this.#position}`)
  }

  skipBlanks(): void {
    this.#match(blanks)
  }

  readValue(depth: number): string {
    if (depth > depthLimit) throw this.refuse('Nested too deeply')
    this.skipBlanks()
    if (this.#take('{')) return this.#readObject(depth)
    if (this.#take('[')) return this.#readArray(depth)
    if (this.#text[this.#position] === '"') return quotePythonText(this.#readText())
    return this.#match(constant) ?? this.#readNumber()
  }

  #readObject(depth: number): string {
    const members = new Map<string, string>()
    this.skipBlanks()
    if (this.#take('}')) return '{}'
    do {
      this.skipBlanks()
      const key = this.#readText()
      this.skipBlanks()
      if (!this.#take(':')) throw this.refuse("Expecting ':' delimiter")
      members.set(key, this.readValue(depth + 1))
      this.skipBlanks()
    } while (this.#take(','))
    if (!this.#take('}')) throw this.refuse("Expecting ',' delimiter")
    return writePythonObject(members)
  }

  #readArray(depth: number): string {
    const items: string[] = []
    this.skipBlanks()
    if (this.#take(']')) return '[]'
    do {
      items.push(this.readValue(depth + 1))
      this.skipBlanks()
    } while (this.#take(','))
    if (!this.#take(']')) throw this.refuse("Expecting ',' delimiter")
    return `[${items.join(', ')}]`
  }

  /** Between the quotes JSON's rules are JavaScript's: no control characters, lone surrogates let through. */
  #readText(): string {
    const quoted = this.#match(quotedText)
    if (quoted === undefined) throw this.refuse('Expecting a string')
    const text: unknown = JSON.parse(quoted)
    return String(text)
  }

  #readNumber(): string {
    const number = this.#match(numberText)
    if (number === undefined) throw this.refuse('Expecting value')
    if (/[.eE]/.test(number)) return writePythonFloat(Number(number))
    if (number.replace('-', '').length > integerDigitLimit)
      throw this.refuse('Exceeds the limit of digits')
    return number === '-0' ? '0' : number
  }

  #take(character: string): boolean {
    if (this.#text[this.#position] !== character) return false
    this.#position++
    return true
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position
    const found = pattern.exec(this.#text)?.[0]
    this.#position += found?.length ?? 0
    return found
  }
}

const blanks = /[ \t\n\r]*/y
const constant = /null|true|false|NaN|-?Infinity/y
const numberText = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y
/** Of the control characters Python refuses those below the blank alone. */
const quotedText = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy
/** Python's own, of frames; the exact number depends on what calls it. */
const depthLimit = 900
/** `sys.set_int_max_str_digits`, in every Python that still gets updates. */
const integerDigitLimit = 4300
