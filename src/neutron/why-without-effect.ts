import type { Cloud } from '../cloud/cloud.ts'
import { whyOptionsIgnored } from './ovn/why-options-ignored.ts'
import { whyNoRateLimits } from './rate-limiting.ts'

/** What of a cloud's options has no effect, and why, in words; null where all have. */
export function whyWithoutEffect(cloud: Cloud): string | null {
  const reasons = [whyNoRateLimits(cloud), whyOptionsIgnored(cloud)]
  return reasons.filter(reason => reason !== null).join(' ') || null
}
