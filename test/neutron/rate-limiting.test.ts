import { readFileSync } from 'node:fs'
import test from 'ava'
import type { Neutron } from '../../src/cloud/cloud.ts'
import { metadataProxiesOf } from '../../src/neutron/haproxy.ts'
import { rateLimitsOf, whyNoRateLimits } from '../../src/neutron/rate-limiting.ts'
import { isolatedCloud, routedCloud } from '../fixtures/cloud.ts'
import { recordedFacts } from '../fixtures/recorded.ts'

interface Recorded {
  readonly options: Neutron['metadata_rate_limiting']
  readonly qdhcp: string
  readonly qrouter: string
  readonly warnings: readonly string[]
}

const file = new URL('../fixtures/neutron-recorded/rate-limiting.json', import.meta.url)
const recorded: Record<string, Record<string, Recorded>> = JSON.parse(readFileSync(file, 'utf8'))

for (const [release, cases] of Object.entries(recorded)) {
  for (const [name, { options, qdhcp, qrouter, warnings }] of Object.entries(cases)) {
    const wish = { release, metadata_rate_limiting: options }

    test(`${release}: rate limiting ${name} is configured as Neutron does`, t => {
      const [inDhcp] = metadataProxiesOf(isolatedCloud(wish), recordedFacts)
      const [inRouter] = metadataProxiesOf(routedCloud(wish), recordedFacts)
      t.is(inDhcp?.config, qdhcp)
      t.is(inRouter?.config, qrouter)
    })

    test(`${release}: rate limiting ${name} is warned of in Neutron's words`, t => {
      const words = warnings.map(warning => warning.replaceAll("'", ''))
      const why = whyNoRateLimits(isolatedCloud(wish))
      t.deepEqual(why === null ? [] : [why], words)
    })
  }
}

const enabled = { rate_limit_enabled: true }

test('a release that does not know the section writes the same as without it, and says so', t => {
  const cloud = isolatedCloud({ release: '2023.1', metadata_rate_limiting: enabled })
  t.is(rateLimitsOf(cloud), null)
  t.regex(whyNoRateLimits(cloud) ?? '', /2023\.1 knows no .* came with 2023\.2/)
  t.deepEqual(
    metadataProxiesOf(cloud, recordedFacts),
    metadataProxiesOf(isolatedCloud({ release: '2023.1' }), recordedFacts),
  )
})

test('nothing is said of limits that nobody has asked for', t => {
  t.is(whyNoRateLimits(isolatedCloud({ release: 'queens' })), null)
  const both = { rate_limit_enabled: false, ip_versions: [4, 6] as const }
  t.is(whyNoRateLimits(isolatedCloud({ release: '2026.1', metadata_rate_limiting: both })), null)
})
