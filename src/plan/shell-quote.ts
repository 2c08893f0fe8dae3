/** Quotes one word for sh so that it can be pasted; words that need none stay bare. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** A command line that can be pasted into a shell. */
export function quoteCommand(argv: readonly string[]): string {
  return argv.map(quoteWord).join(' ')
}

/** The same over several lines, where it has more words than a line takes. */
export function wrapCommand(argv: readonly string[], columns = 110): string {
  const lines: string[] = []
  for (const word of argv.map(quoteWord)) {
    const line = lines.at(-1)
    if (line === undefined || line.length + word.length >= columns) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines.join(' \\\n  ')
}
