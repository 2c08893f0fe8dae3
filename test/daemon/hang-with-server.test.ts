import test from 'ava'
import { hangWithServer } from '../../src/daemon/hang-with-server.ts'
import { createNovaClient, type NovaClient } from '../../src/daemon/nova-client.ts'
import type { NovaOutcome } from '../../src/neutron/metadata-agent/nova-request.ts'

const request = { method: 'GET', target: '/', headers: [], body: Buffer.alloc(0) }

function novaThat(outcome: NovaOutcome): NovaClient {
  return { ask: () => Promise.resolve(outcome), close: () => undefined }
}

test('where the network to the controller is cut, the agent waits as long as its RPC would', async t => {
  const startedMs = performance.now()
  const nova = novaThat({ kind: 'unreachable', reason: 'connect EHOSTUNREACH', isCutOff: true })
  const outcome = await hangWithServer(nova, 200).ask(request)
  t.true(performance.now() - startedMs >= 199)
  t.is(outcome.kind, 'failed')
  t.regex(
    outcome.kind === 'failed' ? outcome.reason : '',
    /Timed out waiting for a reply of neutron-server/,
  )
})

test('it waits for nothing where nova alone is away, and hands on what nova says', async t => {
  const down: NovaOutcome = { kind: 'unreachable', reason: 'connect ECONNREFUSED' }
  t.is(await hangWithServer(novaThat(down)).ask(request), down)
  const failed: NovaOutcome = { kind: 'failed', reason: 'nova is silent' }
  t.is(await hangWithServer(novaThat(failed)).ask(request), failed)
})

test('an agent that stops does not wait on', async t => {
  const nova = hangWithServer(novaThat({ kind: 'unreachable', reason: '', isCutOff: true }))
  const outcome = nova.ask(request)
  nova.close()
  t.is((await outcome).kind, 'failed')
})

test('a nova that refuses is away, and the network to it is not', async t => {
  const nova = createNovaClient({
    release: '2026.1',
    nova_metadata_protocol: 'http',
    nova_metadata_host: '127.0.0.1',
    nova_metadata_port: 1,
    nova_metadata_insecure: false,
    auth_ca_cert: null,
    nova_client_cert: null,
    nova_client_priv_key: null,
  })
  const outcome = await hangWithServer(nova).ask(request)
  nova.close()
  t.is(outcome.kind, 'unreachable')
  t.false('isCutOff' in outcome)
})
