import { type Document, LineCounter, parseDocument, type YAMLError } from 'yaml'
import { emptyRoot, heaviest, tooDeep, YamlConverter } from './convert-yaml.ts'
import type { Located, TextRange } from './located.ts'
import type { Mistake, Position, TopologySource } from './mistake.ts'

export interface ParsedYaml {
  readonly root: Located
  readonly mistakes: readonly Mistake[]
  /** Whether the root stands for what the file says, but for the mistakes. */
  readonly isReadable: boolean
  readonly positionOf: (range: TextRange) => Position
}

/**
 * Turns YAML 1.2 (with `<<` merges) into plain values that know where they stand. Takes time in proportion to
 * the text whatever is in it: aliases are shared, not copied, and what would be huge written out is refused.
 */
export function parseYaml(source: TopologySource): ParsedYaml {
  const lineCounter = new LineCounter()
  const positionOf = (range: TextRange) => toPosition(source.text, lineCounter, range)
  try {
    const document = parseDocument(source.text, {
      lineCounter,
      prettyErrors: false,
      uniqueKeys: false,
      keepSourceTokens: false,
    })
    return { ...convertDocument(document, positionOf), positionOf }
  } catch (error) {
    // The parser is recursive; a text of a hundred thousand brackets ends its stack.
    if (!(error instanceof RangeError)) throw error
    const position = { line: 1, column: 1, length: 1 }
    return {
      root: emptyRoot,
      mistakes: [{ message: `the file ${tooDeep}`, path: [], position }],
      isReadable: false,
      positionOf,
    }
  }
}

function convertDocument(document: Document.Parsed, positionOf: (range: TextRange) => Position) {
  const [first, ...others] = syntaxProblems(document)
  if (first !== undefined) {
    const { code, message, pos } = first
    const more = others.length === 0 ? '' : '; what else it finds may only follow from that'
    const mistake = {
      message: `${syntaxMessages[code] ?? `YAML: ${message}`}${more}`,
      path: [],
      position: positionOf({ start: pos[0], end: pos[1] }),
    }
    return { root: emptyRoot, mistakes: [mistake], isReadable: false }
  }
  const converter = new YamlConverter(positionOf)
  const root = converter.convert(document.contents, [])
  const isReadable = root.weight <= heaviest && !converter.isExhausted()
  if (!isReadable) {
    converter.report(
      root.range,
      [],
      `the file has more than ${heaviest} values, its aliases written out`,
    )
  }
  return { root, mistakes: converter.mistakes, isReadable }
}

/** In the order of the text: after the first the parser goes on as well as it can. */
function syntaxProblems({ errors, warnings }: Document.Parsed): YAMLError[] {
  const problems = [...errors, ...warnings].sort((one, other) => one.pos[0] - other.pos[0])
  // The parser's stack ends in a deep nesting; what it says besides that means nothing.
  const exhausted = problems.find(({ code }) => code === 'RESOURCE_EXHAUSTION')
  return exhausted === undefined ? problems : [exhausted]
}

function toPosition(text: string, lineCounter: LineCounter, range: TextRange): Position {
  const start = Math.min(range.start, text.length)
  const { line, col } = lineCounter.linePos(start)
  const newline = text.indexOf('\n', start)
  const lineEnd = newline === -1 ? text.length : newline
  const length = Math.max(1, Math.min(range.end, lineEnd) - start)
  return { line: Math.max(1, line), column: Math.max(1, col), length }
}

const syntaxMessages: Readonly<Record<string, string>> = {
  RESOURCE_EXHAUSTION: `the file ${tooDeep}`,
  MULTIPLE_DOCS: 'a topology is one YAML document, and a second one begins here',
}
