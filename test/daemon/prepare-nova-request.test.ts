import test from 'ava'
import { createNovaClient } from '../../src/daemon/nova-client.ts'
import { prepareNovaRequest } from '../../src/daemon/prepare-nova-request.ts'
import type { AgentContext } from '../../src/daemon/wsgi-agent.ts'
import type { AgentPort } from '../../src/neutron/metadata-agent/config.ts'
import { indexPorts } from '../../src/neutron/metadata-agent/port-index.ts'
import { goldenAgentConfig } from '../golden/cloud.ts'

const headers = new Map([
  ['x-neutron-network-id', 'net'],
  ['x-forwarded-for', '10.0.0.5'],
])
const get = {
  method: 'GET',
  pathInfo: '/a',
  query: '',
  version: 'HTTP/1.1',
  headers,
  body: Buffer.alloc(0),
}

function contextWith(device_id: string): AgentContext {
  const port: AgentPort = {
    id: 'port',
    network_id: 'net',
    project_id: 'project',
    mac_address: 'fa:16:3e:00:00:01',
    device_owner: 'compute:nova',
    device_id,
    ip_addresses: ['10.0.0.5'],
  }
  const config = { ...goldenAgentConfig(), ports: [port] }
  const ignore = () => undefined
  const log = { info: ignore, warning: ignore, error: ignore, flush: ignore }
  return { config, ports: indexPorts(config.ports), nova: createNovaClient(config), log }
}

/** What is sent to nova, in short. */
function signed(request: typeof get, context: AgentContext): string {
  const prepared = prepareNovaRequest(request, context)
  if (prepared.kind !== 'signed') return prepared.kind
  const { method, target, headers, body } = prepared.novaRequest
  return `${method} ${target} ${new Map(headers).get('X-Instance-ID')} ${Buffer.from(body)}`
}

test('the same request without a body is prepared once', t => {
  const context = contextWith('vm')
  t.is(prepareNovaRequest(get, context), prepareNovaRequest({ ...get }, context))
})

test('of the same headers, another method, path, query or body is another request', t => {
  const context = contextWith('vm')
  const others = [
    get,
    { ...get, method: 'POST' },
    { ...get, pathInfo: '/b' },
    { ...get, query: 'b=1' },
    { ...get, body: Buffer.from('body') },
    get,
  ]
  t.deepEqual(
    others.map(request => signed(request, context)),
    ['GET /a vm ', 'POST /a vm ', 'GET /b vm ', 'GET /a?b=1 vm ', 'GET /a vm body', 'GET /a vm '],
  )
})

test('another agent finds its own instance, or none', t => {
  t.is(signed(get, contextWith('one')), 'GET /a one ')
  t.is(signed(get, contextWith('other')), 'GET /a other ')
  t.is(signed(get, contextWith('')), 'none')
})
