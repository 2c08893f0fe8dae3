import test from 'ava'
import fc from 'fast-check'
import { chooseOffer } from '../../src/wsgi/accept.ts'

const chooses = test.macro({
  title: (_, accept: string, offer?: string) =>
    `${JSON.stringify(accept)} likes ${offer ?? 'nothing'} best`,
  exec(t, accept: string, offer?: string) {
    t.is(chooseOffer(accept, ['text/html', 'application/json']), offer)
  },
})

test(chooses, '*/*', 'text/html')
test(chooses, 'text/*', 'text/html')
test(chooses, 'application/json', 'application/json')
test(chooses, 'APPLICATION/JSON', 'application/json')
test(chooses, 'application/json, text/html;q=0.5', 'application/json')
test(chooses, 'application/json;q=0.5, */*;q=0.1', 'application/json')
test(chooses, 'text/html;q=0, */*', 'application/json')
test(chooses, 'text/html;level=1', undefined)
test(chooses, 'text/html;q=0', undefined)
test(chooses, 'text/plain', undefined)
test(chooses, 'image/png', undefined)
test(chooses, '', undefined)
test(chooses, 'not parsable', 'text/html')
test(chooses, 'text/html;q=2', 'text/html')
test(chooses, '*', 'text/html')

test(chooses, 'text/html;a="b,c"', undefined)
test(chooses, 'text/html;q=0.5;a="\\",", application/json', 'application/json')

// Each as WebOb 1.8.6 itself answers behind uwsgi.
test(chooses, ',application/json', 'text/html')
test(chooses, ', application/json', 'text/html')
test(chooses, ',\tapplication/json', 'text/html')
test(chooses, ',,application/json', 'application/json')
test(chooses, ', ,application/json', 'application/json')
test(chooses, 'application/json ,,', 'application/json')
test(chooses, 'application/json, ,', 'application/json')
test(chooses, 'application/json,', 'application/json')
test(chooses, 'application/json, ', 'text/html')
test(chooses, 'application/json ', 'text/html')
test(chooses, '\t', 'text/html')
test(chooses, ',', undefined)
test(chooses, ', ,', undefined)
test(chooses, ', ', 'text/html')

test(chooses, 'text/plain, "', 'text/html')

const longest = 65_536
const outlasts = test.macro({
  title: (_, what: string) => `64 KiB of ${what} are read in no time`,
  exec(t, _: string, unit: string, end: string) {
    const accept = unit.repeat(Math.floor((longest - end.length) / unit.length)) + end
    const startedMs = performance.now()
    t.is(chooseOffer(accept, ['text/html']), 'text/html')
    // A few milliseconds are enough; a search that grows with the square takes longer than this.
    t.true(performance.now() - startedMs < 1000)
  },
})

test(outlasts, 'commas', ', ', '(')
test(outlasts, 'blanks within a range', ' ', '(')
test(outlasts, 'quotes', '"', '(')
test(outlasts, 'one open quote', 'a/b;c="', '(')
test(outlasts, 'a long type', 'a', '(')
test(outlasts, 'ranges', 'a/b;c=d;q=0.1;e , ', '(')
test(outlasts, 'extensions', ';q=0.1;e = "\\', '(')
test(outlasts, 'parameters', '; c=d \t', '(')

test('a header is split as one pattern over all of it would match it', t => {
  const pieces = [
    'a/b',
    'text/html',
    '*/*',
    ',',
    ', ',
    ' ',
    '\t',
    ';',
    'c=d',
    'q=0.5',
    '"',
    '\\',
    '(',
  ]
  const quotes = ['c="x,y"', 'c="\\""', 'c=",', ';c=",text/html"', ';q=1;e']
  const header = fc
    .array(fc.constantFrom(...pieces, ...quotes), { maxLength: 9 })
    .map(parts => parts.join(''))
  fc.assert(
    fc.property(header, accept => {
      const ranges = wholeHeader.test(accept) ? (accept.match(anyRange) ?? []) : ['(']
      const offers = ['x/unwanted', 'text/html', 'a/b'] as const
      t.is(chooseOffer(accept, offers), chooseOffer(ranges.join(), offers))
    }),
    { numRuns: 2000 },
  )
})

test('no header makes it throw', t => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), accept => {
      t.notThrows(() => chooseOffer(accept, ['text/html', 'application/json']))
    }),
  )
})

/** The grammar over all of a header, which takes exponential time for some. */
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const quoted =
  '"(?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t \\x21-\\x7e\\x80-\\xff])*"'
const weight = '[qQ]=(?:0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?)'
const parameter = `(?![qQ]=)${token}=(?:${token}|${quoted})`
const extension = `${token}(?:=(?:${token}|${quoted}))?`
const range =
  `${token}/${token}(?:[ \\t]*;[ \\t]*${parameter})*` +
  `(?:[ \\t]*;[ \\t]*${weight}(?:[ \\t]*;[ \\t]*${extension})*)?`
const anyRange = new RegExp(range, 'g')
const wholeHeader = new RegExp(`^(?:(?:,|${range})(?:[ \\t]*,(?:[ \\t]*${range})?)*)?$`)
