import test from 'ava'
import fc from 'fast-check'
import { writePythonFloat } from '../../src/wsgi/python-float.ts'
import { PythonJsonError, rewritePythonJson } from '../../src/wsgi/python-json-text.ts'

const rewrites = test.macro({
  title: (_, text: string, expected: string) => `json.dumps(json.loads('${text}')) is ${expected}`,
  exec(t, text: string, expected: string) {
    t.is(rewritePythonJson(text), expected)
  },
})

test(rewrites, '[1.0, 1, 100.0, 1e5, -0, -0.0]', '[1.0, 1, 100.0, 100000.0, 0, -0.0]')
test(rewrites, '[1e15, 1e16, 0.0001, 0.00001]', '[1000000000000000.0, 1e+16, 0.0001, 1e-05]')
test(rewrites, '12345678901234567890123', '12345678901234567890123')
test(rewrites, '[NaN, -Infinity, Infinity, 1e999]', '[NaN, -Infinity, Infinity, Infinity]')
test(rewrites, ' {"b":1,\n"1":2, "b" : 3}\r\n', '{"b": 3, "1": 2}')
test(
  rewrites,
  '["\\ud800", "\\ud83d\\ude00", "\u007f"]',
  '["\\ud800", "\\ud83d\\ude00", "\\u007f"]',
)
test(rewrites, '"a\\/b\\u0041"', '"a/bA"')
test(rewrites, '[{}, [], true, false, null]', '[{}, [], true, false, null]')

const refuses = test.macro({
  title: (_, name: string) => `json.loads refuses ${name}`,
  exec(t, _: string, text: string) {
    t.throws(() => rewritePythonJson(text), { instanceOf: PythonJsonError })
  },
})

test(refuses, 'nothing', '')
test(refuses, 'a byte order mark', '\ufeff{}')
test(refuses, 'two values', '1 2')
test(refuses, 'a comma at the end of a list', '[1,]')
test(refuses, 'a comma at the end of an object', '{"a":1,}')
test(refuses, 'a key without quotes', '{a: 1}')
test(refuses, 'a number with a leading zero', '01')
test(refuses, 'a tab in a text', '"\t"')
test(refuses, 'an unknown escape', '"\\x41"')
test(refuses, 'an open text', '"abc')
test(refuses, 'an integer of 4301 digits', '9'.repeat(4301))
test(refuses, 'what is nested half a million times', '['.repeat(500_000))

test('any JSON reads back the same, is ASCII, and is not changed a second time', t => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), value => {
      const text = JSON.stringify(value)
      const rewritten = rewritePythonJson(text)
      t.regex(rewritten, /^[ -~]*$/)
      t.is(JSON.stringify(JSON.parse(rewritten)), text)
      t.is(rewritePythonJson(rewritten), rewritten)
    }),
  )
})

test('of texts made of the pieces of JSON it reads those that JSON reads', t => {
  const pieces = [...'{}[],:"\\a1.e- \n', '"a":', 'null']
  const texts = fc.array(fc.constantFrom(...pieces)).map(parts => parts.join(''))
  fc.assert(
    fc.property(texts, text => {
      t.is(isRead(rewritePythonJson, text), isRead(JSON.parse, text))
    }),
    { numRuns: 1000 },
  )
})

test('any float reads back the same and always shows that it is one', t => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), value => {
      const text = writePythonFloat(value)
      t.is(Number(text), value)
      t.regex(text, /^-?(\d+\.\d+|\d(\.\d+)?e[+-]\d\d+)$/)
    }),
  )
})

function isRead(read: (text: string) => unknown, text: string): boolean {
  try {
    read(text)
    return true
  } catch (error) {
    if (error instanceof PythonJsonError || error instanceof SyntaxError) return false
    throw error
  }
}
