import test from 'ava'
import { foldEventletHeaders, foldUwsgiHeaders, foldWebObHeaders } from '../../src/wsgi/headers.ts'

// Asked of eventlet 0.33 and uwsgi 2.0; WebOb's from its source.
const folds = test.macro({
  title: (_, value: string) => `a value of ${JSON.stringify(value)}`,
  exec(t, value: string, eventlet: string, uwsgi: string) {
    const lines = [['X_Name', ` ${value}`]] as const
    t.is(foldEventletHeaders(lines).get('x-name'), eventlet)
    t.is(foldUwsgiHeaders(lines).get('x-name'), uwsgi)
    t.is(foldWebObHeaders(lines).get('x-name'), value.trim())
  },
})

test(folds, 'v', 'v', 'v')
test(folds, '  v', 'v', 'v')
test(folds, '\tv', 'v', '\tv')
test(folds, 'v ', 'v', 'v ')
test(folds, 'v\t', 'v', 'v\t')
test(folds, ' ', '', '')
test(folds, 'v\v', 'v\v', 'v\v')

test('repeated ones are joined, each in its server’s way', t => {
  const lines = [
    ['X-Name', ' a '],
    ['x_name', ' b'],
  ] as const
  t.is(foldEventletHeaders(lines).get('x-name'), 'a,b')
  t.is(foldUwsgiHeaders(lines).get('x-name'), 'a , b')
  t.is(foldWebObHeaders(lines).get('x-name'), 'a, b')
})
