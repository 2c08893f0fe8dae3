import type { Mistake, Position, TopologySource } from './mistake.ts'

/**
 * Shows mistakes as a compiler does: place and message, the line with carets below what is meant, the hint; at
 * the end how many there are. Plain text without colour.
 */
export function renderMistakes(source: TopologySource, mistakes: readonly Mistake[]): string {
  const lines = source.text.split(/\r\n|\n|\r/)
  const shown = mistakes.toSorted(byPosition).slice(0, mostShown)
  const blocks = shown.map(mistake => renderMistake(source.path, lines, mistake))
  return [...blocks, summarise(source.path, mistakes.length)].join('\n\n')
}

function byPosition({ position: one }: Mistake, { position: other }: Mistake): number {
  return one.line - other.line || one.column - other.column
}

function renderMistake(path: string, lines: readonly string[], mistake: Mistake): string {
  const { line, column } = mistake.position
  const excerpt = renderExcerpt(lines[line - 1] ?? '', mistake.position)
  const hint = mistake.hint === undefined ? [] : [`    ${printable(mistake.hint)}`]
  const message = printable(mistake.message)
  return [`${printable(path)}:${line}:${column}: ${message}`, ...excerpt, ...hint].join('\n')
}

/** The line and its carets; of a long line what is around them. */
function renderExcerpt(text: string, { column, length }: Position): string[] {
  const line = maskControls(text)
  if (line.trim() === '') return []
  const from = line.length <= widest ? 0 : Math.max(0, column - 1 - widest / 2)
  const to = Math.min(line.length, from + widest)
  const before = line.slice(from, column - 1)
  const carets = '^'.repeat(Math.max(1, Math.min(length, to - column + 1)))
  const left = from > 0 ? '…' : ''
  const right = to < line.length ? '…' : ''
  // Tabs stay tabs, so that the carets stand right whatever a terminal makes of them.
  const indent = `${left && ' '}${before.replace(/[^\t]/gu, blankOf)}`
  return [`    ${left}${line.slice(from, to)}${right}`, `    ${indent}${carets}`]
}

/** As wide as the character is on a terminal. */
function blankOf(character: string): string {
  if (zeroWidth.test(character)) return ''
  return wide.test(character) ? '  ' : ' '
}

/** What a user or the file said, on one line and not without end. */
function printable(text: string): string {
  const line = maskControls(text.replace(/\s+/g, ' '))
  return line.length <= longestMessage ? line : `${line.slice(0, longestMessage)}…`
}

/** What moves a terminal's cursor must not reach it; lengths stay, for the carets. */
function maskControls(text: string): string {
  return text.replace(unprintable, match => '\u{fffd}'.repeat(match.length))
}

function summarise(path: string, count: number): string {
  const what = count === 1 ? '1 mistake' : `${count} mistakes`
  const rest = count > mostShown ? `, of which these are the first ${mostShown}` : ''
  return `${what} in ${path}${rest}. Nothing was changed.`
}

const mostShown = 100
const widest = 100
const longestMessage = 400

const unprintable = /[^\P{C}\t\u{200d}]/gu
const zeroWidth = /[\p{Mn}\u{200d}]/u
const wide =
  /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Emoji_Presentation}/u
