import test from 'ava'
import fc from 'fast-check'
import { chooseOffer } from '../../src/wsgi/accept.ts'

const chooses = test.macro({
  title: (_, accept: string, offer?: string) => `"${accept}" likes ${offer ?? 'nothing'} best`,
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

test('no header makes it throw', t => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), accept => {
      t.notThrows(() => chooseOffer(accept, ['text/html', 'application/json']))
    }),
  )
})
