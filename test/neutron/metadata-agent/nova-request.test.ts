import { readFileSync } from 'node:fs'
import test from 'ava'
import { makeNovaRequest } from '../../../src/neutron/metadata-agent/nova-request.ts'
import { writeNovaTarget } from '../../../src/neutron/metadata-agent/nova-target.ts'
import {
  readSocketTarget,
  readWsgiTarget,
} from '../../../src/neutron/metadata-agent/read-target.ts'
import { foldEventletHeaders } from '../../../src/wsgi/headers.ts'
import { goldenAgentConfig } from '../../golden/cloud.ts'

const wire: { hop: string; head: string[]; body: string }[] = readFileSync(
  new URL('../../golden/recorded/wire.jsonl', import.meta.url),
  'utf8',
)
  .trimEnd()
  .split('\n')
  .map(line => JSON.parse(line))

for (const { head, body } of wire.filter(({ hop }) => hop === 'agent -> nova')) {
  test(`nova gets what it got from the real agent: ${head[0]}`, t => {
    const [method = '', target = ''] = head[0]?.split(' ') ?? []
    const headers = foldEventletHeaders([
      ['Accept', 'application/json'],
      ['X-Forwarded-For', '::ffff:10.77.0.11'],
    ])
    const request = { method, ...readWsgiTarget(target), headers, body: Buffer.from(body) }
    const sent = makeNovaRequest({ ...goldenAgentConfig(), nova_metadata_port: 8001 }, request, {
      kind: 'instance',
      instanceId: 'aaaa1111-0000-4000-8000-000000000001',
      projectId: '1111aaaa1111aaaa1111aaaa1111aaaa',
    })
    const lines = sent?.headers.map(([name, value]) => `${name}: ${value}`) ?? []
    t.deepEqual([`${sent?.method} ${sent?.target} HTTP/1.1`, ...lines], head)
  })
}

const asks = test.macro({
  title: (_, target: string, asked: string | undefined) => `${target} becomes ${asked}`,
  exec(t, target: string, asked: string | undefined) {
    const { pathInfo, query } = readWsgiTarget(target)
    t.is(writeNovaTarget(pathInfo, query), asked)
  },
})

test(asks, '/latest/meta-data/', '/latest/meta-data/')
test(asks, '/openstack/../latest/.', '/latest/')
test(asks, '/..', '/')
test(asks, '/a%2Fb?x=1', '/a/b?x=1')
test(asks, '/%252F', '/%2F')
test(asks, '/%', '/%25')
test(asks, '/a%3Fb', '/a?b')
test(asks, '/a%23b', '/a')
test(asks, '/%c5%be "', '/%C5%BE%20%22')
test(asks, '*', '/*')
test(asks, 'http://169.254.169.254/openstack', '/http://169.254.169.254/openstack')
test(asks, '/%ff', undefined)

test('the socket server takes the path of a URL, and no fragment', t => {
  t.deepEqual(readSocketTarget('http://169.254.169.254/a%2Fb?c=d'), {
    pathInfo: '/a/b',
    query: 'c=d',
  })
  t.is(readSocketTarget('http://169.254.169.254/a#b'), undefined)
  t.is(readSocketTarget('ftp://example/a'), undefined)
  t.is(readSocketTarget('example:80'), undefined)
  for (const url of ['http:/a', 'HTTP://x/a', 'ftp://example:80/a', 'http://x/a#'])
    t.is(readSocketTarget(url)?.pathInfo, '/a')
})
