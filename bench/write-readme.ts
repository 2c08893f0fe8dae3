import { readFileSync, writeFileSync } from 'node:fs'

/** Puts the figures into README.md of this folder, between its markers. Throws where it has none. */
export function writeReadme(figures: string): void {
  const path = `${import.meta.dirname}/README.md`
  const before = readFileSync(path, 'utf8')
  const [head, rest] = before.split(BEGIN)
  const tail = rest?.split(END)[1]
  if (head === undefined || tail === undefined)
    throw new Error(`${path} has no line ${BEGIN} … ${END}`)
  writeFileSync(path, `${head}${BEGIN}\n\n${figures}\n${END}${tail}`)
}

const BEGIN = '<!-- begin figures: make bench writes them -->'
const END = '<!-- end figures -->'
