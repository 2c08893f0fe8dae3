import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'

/** A file that is added to in whole lines. What a kill or a full disk has left of a line stays a line of its own. */
export class LineFile implements Disposable {
  readonly #file: number

  constructor(path: string) {
    this.#file = openSync(path, 'a+', 0o600)
  }

  append(line: string): void {
    const text = Buffer.from(`${this.#endsInHalfALine() ? '\n' : ''}${line}\n`)
    for (let written = 0; written < text.length; )
      written += writeSync(this.#file, text, written, text.length - written)
  }

  #endsInHalfALine(): boolean {
    const { size } = fstatSync(this.#file)
    const last = Buffer.alloc(1)
    return size > 0 && readSync(this.#file, last, 0, 1, size - 1) === 1 && last.toString() !== '\n'
  }

  [Symbol.dispose](): void {
    closeSync(this.#file)
  }
}
