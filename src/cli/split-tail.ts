interface TailedLine {
  readonly file: string
  readonly line: string
}

/** What `tail --verbose` prints of several files, each line with its file. */
export async function* splitTail(lines: AsyncIterable<string>): AsyncGenerator<TailedLine> {
  let file = ''
  let isAfterEmpty = false
  for await (const line of lines) {
    const head = HEAD.exec(line)?.[1]
    // The empty line before a head is tail's.
    if (isAfterEmpty && head === undefined) yield { file, line: '' }
    isAfterEmpty = line === ''
    if (head !== undefined) file = head
    else if (!isAfterEmpty) yield { file, line }
  }
}

const HEAD = /^==> (.*) <==$/
