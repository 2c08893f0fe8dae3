import * as v from 'valibot'
import { describe } from './describe.ts'

const atMost = 2 ** 31 - 1

/** haproxy keeps times in milliseconds of 32 bits, and refuses a window of none. */
const windowSeconds = v.pipe(
  v.number(),
  v.integer('must be a whole number of seconds'),
  v.minValue(1, 'must be at least 1'),
  v.maxValue(Math.floor(atMost / 1000), 'is too large for haproxy, which takes up to 2147483'),
)

const requests = v.pipe(
  v.number(),
  v.integer('must be a whole number of requests'),
  v.minValue(0, 'must not be negative'),
  v.maxValue(atMost, 'is too large'),
)

/** Section [metadata_rate_limiting]: neutron/conf/agent/metadata/config.py, from 23.0.0 (2023.2) on. */
export const metadataRateLimiting = v.strictObject({
  rate_limit_enabled: v.optional(
    describe('Rate limiting', 'Whether requests are limited.', v.boolean()),
    false,
  ),
  ip_versions: v.optional(
    describe(
      'IP versions',
      'The version by whose addresses guests are told apart; with both, or none, Neutron limits nothing.',
      v.array(v.picklist([4, 6], 'must be 4 or 6')),
    ),
    [4],
  ),
  base_window_duration: v.optional(describe('Base window', 'Seconds.', windowSeconds), 10),
  base_query_rate_limit: v.optional(
    describe('Base limit', 'Requests that pass in the base window; more get a 429.', requests),
    10,
  ),
  burst_window_duration: v.optional(describe('Burst window', 'Seconds.', windowSeconds), 10),
  burst_query_rate_limit: v.optional(
    describe('Burst limit', 'Requests that pass in the burst window; more get a 429.', requests),
    10,
  ),
})
