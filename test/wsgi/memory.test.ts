import test from 'ava'
import * as fc from 'fast-check'
import { Memory } from '../../src/wsgi/memory.ts'

test('a memory makes a value once for each text', t => {
  const made: string[] = []
  const memory = new Memory<number>()
  const lengthOf = (text: string) =>
    memory.recall(text, asked => {
      made.push(asked)
      return asked.length
    })
  t.deepEqual(['a', 'bb', 'a', 'bb'].map(lengthOf), [1, 2, 1, 2])
  t.deepEqual(made, ['a', 'bb'])
})

test('a memory forgets everything rather than grow beyond its limit', t => {
  const memory = new Memory<true>({ limit: 2 })
  for (const text of ['a', 'b', 'c']) memory.keep(text, true)
  t.deepEqual(
    ['a', 'b', 'c'].map(text => memory.find(text)),
    [undefined, undefined, true],
  )
})

test('a memory keeps no long texts', t => {
  const memory = new Memory<true>({ longest: 3 })
  for (const text of ['abc', 'abcd']) t.true(memory.keep(text, true))
  t.true(memory.find('abc'))
  t.is(memory.find('abcd'), undefined)
})

test('a memory keeps nothing of what is thrown', t => {
  const memory = new Memory<true>()
  const fail = () => {
    throw new Error('no')
  }
  t.throws(() => memory.recall('a', fail), { message: 'no' })
  t.true(memory.recall('a', () => true))
})

test('what a memory recalls is what would be made anew', t => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 4 })), fc.nat(5), fc.nat(5), (texts, ...limits) => {
      const [limit, longest] = limits
      const memory = new Memory<string>({ limit, longest })
      t.deepEqual(
        texts.map(text => memory.recall(text, made => `<${made}>`)),
        texts.map(text => `<${text}>`),
      )
    }),
  )
})
