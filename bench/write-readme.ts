import { readFileSync, writeFileSync } from 'node:fs'

export type FiguresPart = 'start-up' | 'scale' | 'containers' | 'load'

/** Puts figures into README.md of this folder, between the markers of their part. Throws where it has none. */
export function writeReadme(part: FiguresPart, figures: string): void {
  const begin = `<!-- begin ${part} figures: make bench writes them -->`
  const end = `<!-- end ${part} figures -->`
  const path = `${import.meta.dirname}/README.md`
  const before = readFileSync(path, 'utf8')
  const [head, rest] = before.split(begin)
  const tail = rest?.split(end)[1]
  if (head === undefined || tail === undefined)
    throw new Error(`${path} has no line ${begin} … ${end}`)
  writeFileSync(path, `${head}${begin}\n\n${figures}\n${end}${tail}`)
}
