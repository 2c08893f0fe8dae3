import test from 'ava'
import { readAnswers } from './read-answers.ts'

const read = test.macro({
  title: (title = '') => title,
  exec(t, text: string, methods: string[], hasEnded: boolean, expected: object) {
    const { answers, areAll, rest } = readAnswers(Buffer.from(text, 'latin1'), methods, hasEnded)
    const seen = {
      answers: answers.map(answer => ({ ...answer, body: answer.body.toString('latin1') })),
      areAll,
      rest: rest.toString('latin1'),
    }
    t.like(seen, expected)
  },
})

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'

test('an answer is whole with its last byte', read, ok, ['GET'], false, {
  answers: [
    {
      http: 'HTTP/1.1',
      status: 200,
      reason: 'OK',
      headers: [['Content-Length', '2']],
      body: 'hi',
      closes: false,
    },
  ],
  areAll: true,
  rest: '',
})
test('and not before it', read, ok.slice(0, -1), ['GET'], false, { answers: [], areAll: false })
test(
  'without a length it ends with the connection',
  read,
  'HTTP/1.1 200 OK\r\n\r\nhi',
  ['GET'],
  true,
  {
    answers: [{ body: 'hi', closes: true }],
    areAll: true,
  },
)
test('and not before that', read, 'HTTP/1.1 200 OK\r\n\r\nhi', ['GET'], false, { areAll: false })
test('a HEAD has no body', read, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n', ['HEAD'], false, {
  answers: [{ body: '', closes: false }],
  areAll: true,
})
test('a body behind a HEAD is left over', read, ok, ['HEAD'], false, { areAll: true, rest: 'hi' })
test('pipelined answers are read one by one', read, ok + ok, ['GET', 'GET'], false, {
  answers: [{ body: 'hi' }, { body: 'hi' }],
  areAll: true,
})
test('an interim answer is none', read, `HTTP/1.1 100 Continue\r\n\r\n${ok}`, ['POST'], false, {
  answers: [{ status: 200 }],
  areAll: true,
})
test(
  'Connection: close says that it ends',
  read,
  ok.replace('\r\n', '\r\nConnection: close\r\n'),
  ['GET'],
  false,
  {
    answers: [{ closes: true }],
  },
)
test('HTTP/1.0 ends by itself', read, ok.replace('1.1', '1.0'), ['GET'], false, {
  answers: [{ closes: true }],
})
test('what is no HTTP is no answer', read, 'SSH-2.0-x\r\n\r\n', ['GET'], true, {
  answers: [],
  areAll: false,
  rest: 'SSH-2.0-x\r\n\r\n',
})
