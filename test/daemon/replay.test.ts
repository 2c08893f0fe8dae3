import test from 'ava'
import {
  comparable,
  type Exchange,
  readExchanges,
  recordedAnswer,
  requestBody,
} from '../golden/exchange.ts'
import { throughProxy } from '../golden/replay.ts'
import { type RunningCloud, startCloud } from './cloud.ts'
import { askRaw, findHeader } from './raw-client.ts'

test('the daemons answer on their sockets what was recorded there', async t => {
  await using cloud = await startCloud('zed')
  const exchanges = recordings.flatMap(readExchanges).filter(isForUs)
  for (const exchange of exchanges) {
    const answer = await ask(cloud, exchange)
    const contentType = findHeader(answer, 'Content-Type')
    const ours = comparable(exchange, answer && { ...answer, contentType })
    t.deepEqual(ours, recordedAnswer(exchange), `${exchange.via} ${exchange.id}`)
  }
  t.is(exchanges.length, 589)
})

function ask(cloud: RunningCloud, exchange: Exchange) {
  const { via, method, path: target } = exchange
  const headers = via.startsWith('chain') ? throughProxy(exchange) : exchange.request_headers
  const where = via === 'nova' ? cloud.novaAt : cloud.agentAt
  return askRaw(where, { method, target, headers, body: requestBody(exchange) })
}

/** haproxy's own refusals are not ours. */
function isForUs({ content_type }: Exchange): boolean {
  return content_type !== 'text/html'
}

const recordings = [
  'agent-socket',
  'chain-alpha',
  'chain-charlie',
  'chain-delta',
  'chain-odd',
  'chain-refused',
  'nova-direct',
]
