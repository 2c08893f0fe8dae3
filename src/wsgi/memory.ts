/**
 * What was made of texts before, so that it need not be made again. Clients choose the texts: long ones are not kept,
 * and when there are too many all of them go, so that it never grows beyond the two limits multiplied.
 */
export class Memory<Value> {
  readonly #known = new Map<string, Value>()
  readonly #limit: number
  readonly #longest: number

  /** `longest` counts the characters of a text. */
  constructor({ limit = 256, longest = 1024 } = {}) {
    this.#limit = limit
    this.#longest = longest
  }

  find(text: string): Value | undefined {
    return this.#known.get(text)
  }

  keep(text: string, value: Value): Value {
    if (text.length > this.#longest) return value
    if (this.#known.size >= this.#limit) this.#known.clear()
    this.#known.set(text, value)
    return value
  }

  /** What `make` gave for this text, made now where it is not known. What is thrown is not kept. */
  recall(text: string, make: (text: string) => Value): Value {
    return this.find(text) ?? this.keep(text, make(text))
  }
}
