import test from 'ava'
import type { Mistake } from '../../src/topology/mistake.ts'
import { readTopology } from '../../src/topology/read-topology.ts'
import { renderMistakes } from '../../src/topology/render-mistakes.ts'

function mistake(line: number, column: number, length: number, hint?: string): Mistake {
  const position = { line, column, length }
  return { message: 'wrong', path: [], position, ...(hint === undefined ? {} : { hint }) }
}

const renders = test.macro((t, text: string, mistakes: readonly Mistake[], expected: string) => {
  t.is(renderMistakes({ path: 'lab.yaml', text }, mistakes), expected)
})

test(
  'mistakes come by position, each with its line, carets and hint, and are counted',
  renders,
  'name: A\nnetworks: {}\n',
  [mistake(2, 1, 8, 'did you mean `network`?'), mistake(1, 7, 1)],
  `lab.yaml:1:7: wrong
    name: A
          ^

lab.yaml:2:1: wrong
    networks: {}
    ^^^^^^^^
    did you mean \`network\`?

2 mistakes in lab.yaml. Nothing was changed.`,
)

test(
  'tabs before the caret stay tabs',
  renders,
  'a:\t\tb\n',
  [mistake(1, 5, 1)],
  'lab.yaml:1:5: wrong\n    a:\t\tb\n      \t\t^\n\n1 mistake in lab.yaml. Nothing was changed.',
)

test(
  'wide characters take two columns of the caret line',
  renders,
  '漢字: b\n',
  [mistake(1, 5, 1)],
  'lab.yaml:1:5: wrong\n    漢字: b\n          ^\n\n1 mistake in lab.yaml. Nothing was changed.',
)

test(
  'of a long line the part around the mistake is shown',
  renders,
  `${'a'.repeat(200)}BAD${'c'.repeat(200)}`,
  [mistake(1, 201, 3)],
  `lab.yaml:1:201: wrong
    …${'a'.repeat(50)}BAD${'c'.repeat(47)}…
     ${' '.repeat(50)}^^^

1 mistake in lab.yaml. Nothing was changed.`,
)

test(
  'an empty line has no excerpt',
  renders,
  '',
  [mistake(1, 1, 1)],
  'lab.yaml:1:1: wrong\n\n1 mistake in lab.yaml. Nothing was changed.',
)

test('a file cannot move the cursor of the terminal', t => {
  const source = { path: 'lab.yaml', text: '"\\e[2J\u{1b}[2Jx\\n": 1\nnetworks: {}\n' }
  const reading = readTopology(source)
  t.false(reading.ok)
  if (!reading.ok) {
    t.notRegex(renderMistakes(source, reading.mistakes), /[^\P{Cc}\n]/u)
  }
})

test('beyond a hundred mistakes the rest is a number', t => {
  const mistakes = Array.from({ length: 250 }, (_, line) => mistake(line + 1, 1, 1))
  const text = renderMistakes({ path: 'lab.yaml', text: 'x\n'.repeat(250) }, mistakes)
  t.true(
    text.endsWith(
      '250 mistakes in lab.yaml, of which these are the first 100. Nothing was changed.',
    ),
  )
  t.is(text.match(/wrong/g)?.length, 100)
})
