import test from 'ava'
import fc from 'fast-check'
import { renderErrorPage } from '../../src/wsgi/error-page.ts'
import { unknownError } from '../../src/wsgi/status.ts'

const hasLength = test.macro({
  title: (_, status: number, accept: string | undefined, length: number, _explanation?: string) =>
    `the ${status} page for ${accept ?? 'no Accept'} has ${length} bytes`,
  exec(t, status: number, accept: string | undefined, length: number, explanation?: string) {
    const page = renderErrorPage({ method: 'GET', accept }, status, explanation)
    t.is(page.body.length, length)
    t.is(page.status, status)
  },
})

test(hasLength, 400, '*/*', 223)
test(hasLength, 403, '*/*', 157)
test(hasLength, 404, '*/*', 154)
test(hasLength, 409, '*/*', 178)
test(hasLength, 502, '*/*', 138)
test(hasLength, 503, '*/*', 212)
test(hasLength, 504, '*/*', 160)
test(hasLength, 500, '*/*', 207, unknownError)
test(hasLength, 404, undefined, 52)
test(hasLength, 404, 'application/json', 112)

test('an explanation is escaped in HTML and bare in plain text', t => {
  const explanation = 'no <provider> & "none"'
  const html = renderErrorPage({ method: 'GET', accept: '*/*' }, 400, explanation)
  t.regex(Buffer.from(html.body).toString(), / {2}no &lt;provider&gt; &amp; &quot;none&quot;<br/)
})

test('in plain text tags go, in a time that grows with the text alone', t => {
  const text = (explanation: string) =>
    Buffer.from(renderErrorPage({ method: 'GET', accept: 'text/plain' }, 400, explanation).body)
      .toString()
      .slice('400 Bad Request\n\n'.length, -'\n\n   '.length)
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('<', '>', 'a', '\n') }), explanation => {
      t.is(text(explanation), explanation.replaceAll('\n', ' ').replaceAll(/<.*?>/gs, ''))
    }),
  )
  // Squared, this would be some minutes.
  const many = '<'.repeat(2 ** 20)
  t.is(text(`${many}>${many}`), many)
})

test('HEAD gets the type of HTML and no body, whatever it accepts', t => {
  const page = renderErrorPage({ method: 'HEAD', accept: 'application/json' }, 404)
  t.like(page, { contentType: 'text/html; charset=UTF-8', body: new Uint8Array() })
})
