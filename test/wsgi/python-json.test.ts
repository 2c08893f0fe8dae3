import test from 'ava'
import fc from 'fast-check'
import { dumpPythonJson } from '../../src/wsgi/python-json.ts'

const dumps = test.macro({
  title: (_, __, text: string) => `Python writes ${text}`,
  exec(t, value: unknown, text: string) {
    t.is(dumpPythonJson(value), text)
  },
})

test(
  dumps,
  { a: [1, 'b', null, true, false], c: {} },
  '{"a": [1, "b", null, true, false], "c": {}}',
)
test(dumps, 'kůň 漢 😀', '"k\\u016f\\u0148 \\u6f22 \\ud83d\\ude00"')
test(dumps, '"\\\n\r\t\f\b\u0000\u007f/<>&', '"\\"\\\\\\n\\r\\t\\f\\b\\u0000\\u007f/<>&"')
test(
  dumps,
  [0.5, 1e-7, 0.00001, 0.0001, 9007199254740991],
  '[0.5, 1e-07, 1e-05, 0.0001, 9007199254740991]',
)
test(dumps, { gone: undefined, here: null }, '{"here": null}')

test('what it writes is ASCII and reads back the same', t => {
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      const text = dumpPythonJson(value)
      t.regex(text, /^[ -~]*$/)
      t.is(JSON.stringify(JSON.parse(text)), JSON.stringify(value))
    }),
  )
})
