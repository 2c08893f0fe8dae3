import test from 'ava'
import { whyUnknownGuests } from '../../src/nova/why-unknown-guests.ts'
import { goldenCloud } from '../golden/cloud.ts'

interface Row {
  readonly release: string
  readonly service_metadata_proxy?: boolean
  readonly enable_proxy_headers_parsing?: boolean
  readonly use_forwarded_for?: boolean
  readonly why: RegExp | null
}

const rows: Row[] = [
  { release: '2026.1', service_metadata_proxy: true, why: null },
  { release: '2026.1', why: /the agent's.*nova\.oslo_middleware\.enable_proxy_headers_parsing/ },
  { release: '2026.1', enable_proxy_headers_parsing: true, why: null },
  { release: '2026.1', use_forwarded_for: true, why: /enable_proxy_headers_parsing/ },
  { release: 'yoga', why: /nova\.api\.use_forwarded_for/ },
  { release: 'yoga', enable_proxy_headers_parsing: true, why: /use_forwarded_for/ },
  { release: 'yoga', use_forwarded_for: true, why: null },
]

for (const { why, ...options } of rows)
  test(`${JSON.stringify(options)}: nova ${why === null ? 'knows' : 'does not know'} the guests of an agent`, t => {
    const { release, service_metadata_proxy = false } = options
    const { enable_proxy_headers_parsing = false, use_forwarded_for = false } = options
    const { nova } = goldenCloud
    const said = whyUnknownGuests({
      nova: {
        ...nova,
        release,
        api: { ...nova.api, use_forwarded_for },
        neutron: { ...nova.neutron, service_metadata_proxy },
        oslo_middleware: { enable_proxy_headers_parsing },
      },
    })
    if (why === null) t.is(said, null)
    else t.regex(said ?? '', why)
  })
