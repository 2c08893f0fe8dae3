import test from 'ava'
import { comparable, type Exchange, readExchanges, recordedAnswer } from './exchange.ts'
import { replayedCloud } from './replay.ts'

/** What is not asked of our functions, by reason. Every recorded exchange is either here or compared. */
function reasonToSkip({ id, content_type, body }: Exchange): string | undefined {
  const isProxyPage = content_type === 'text/html' && body?.includes('<h1>400 Bad request</h1>')
  if (isProxyPage) return 'haproxy refuses it before any of our code sees it'
  if (id === 'length and chunked') return 'raw bytes were sent, not the headers that are recorded'
  return undefined
}

const replays = test.macro({
  title: (_, name: string, expected: { same: number; skipped: number }) =>
    `${name}: ${expected.same} exchanges are the same, ${expected.skipped} are left out`,
  exec(t, name: string, expected: { same: number; skipped: number }) {
    const cloud = replayedCloud()
    const exchanges = readExchanges(name)
    const compared = exchanges.filter(exchange => reasonToSkip(exchange) === undefined)
    for (const exchange of compared) {
      if (/\b16 s$/.test(exchange.id)) cloud.wait(16)
      const answer = ask(cloud, exchange) ?? null
      const isHead = exchange.method === 'HEAD'
      const sent = answer && (isHead ? { ...answer, body: new Uint8Array() } : answer)
      t.deepEqual(comparable(exchange, sent), recordedAnswer(exchange), exchange.id)
    }
    t.deepEqual(expected, { same: compared.length, skipped: exchanges.length - compared.length })
  },
})

function ask(cloud: ReturnType<typeof replayedCloud>, exchange: Exchange) {
  if (exchange.via === 'nova') return cloud.askNova(exchange)
  return exchange.via === 'agent' ? cloud.askAgent(exchange) : cloud.askChain(exchange)
}

test(replays, 'chain-alpha', { same: 222, skipped: 0 })
test(replays, 'chain-charlie', { same: 80, skipped: 0 })
test(replays, 'chain-delta', { same: 78, skipped: 0 })
test(replays, 'chain-odd', { same: 97, skipped: 10 })
test(replays, 'chain-refused', { same: 24, skipped: 0 })
test(replays, 'haproxy-qdhcp', { same: 42, skipped: 13 })
test(replays, 'password-bravo', { same: 14, skipped: 0 })
test(replays, 'agent-socket', { same: 40, skipped: 0 })
test(replays, 'nova-direct', { same: 48, skipped: 0 })
