import test from 'ava'
import { findComplaint } from '../../src/lab/last-complaint.ts'

const log = `2026-11-22 17:00:00.100 7 INFO nova.wsgi [-] (7) serving on 172.29.236.11:8775
2026-11-22 17:00:01.200 7 WARNING nova.api.metadata [-] the first
2026-11-22 17:00:02.300 7 ERROR nova.api.metadata [-] the last: [-] ERROR
    at route (answer.ts:49:36)
2026-11-22 17:00:03.400 7 INFO nova.metadata.wsgi.server [-] 10.0.0.3 "GET / HTTP/1.1" status: 500
`
const at = (time: string) => Date.parse(`2026-11-22 ${time}`)

test('the last warning or error since a moment is told in its words', t => {
  t.is(findComplaint(log, at('17:00:00.000')), 'the last: [-] ERROR')
  t.is(findComplaint(log, at('17:00:02.300')), 'the last: [-] ERROR')
  t.is(findComplaint(log, at('17:00:02.301')), null)
  t.is(findComplaint('', 0), null)
})
