import test from 'ava'
import { answerHealthcheck } from '../../src/nova/healthcheck.ts'

// Asked of Debian's nova 26.2 with oslo.middleware 5.0.
const answers = test.macro({
  title: (_, accept: string | undefined, contentType: string) =>
    `a client that likes ${accept} gets ${contentType}`,
  exec(t, accept: string | undefined, contentType: string, size: number) {
    const headers = new Map(accept === undefined ? [] : [['accept', accept]])
    const answer = answerHealthcheck({ ...request, headers })
    t.is(answer.status, 200)
    t.is(answer.contentType, contentType)
    t.is(answer.body.length, size)
  },
})

const request = { method: 'GET', target: '/healthcheck', headers: new Map(), body: Buffer.alloc(0) }
const text = 'text/plain; charset=UTF-8'

test(answers, undefined, text, 2)
test(answers, '', text, 2)
test(answers, '*/*', text, 2)
test(answers, 'text/*', text, 2)
test(answers, 'image/png', text, 2)
test(answers, 'garbage', text, 2)
test(answers, 'text/html;q=0', text, 2)
test(answers, 'text/html', 'text/html; charset=UTF-8', 239)
test(answers, 'application/json', 'application/json', 62)
test(answers, 'application/*', 'application/json', 62)
test(answers, 'application/json, text/html;q=0.5', 'application/json', 62)

test('HEAD gets no content', t => {
  t.like(answerHealthcheck({ ...request, method: 'HEAD' }), { status: 204, contentType: null })
})
