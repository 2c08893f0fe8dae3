import { createHmac } from 'node:crypto'
import { Memory } from './memory.ts'

/**
 * X-Instance-ID-Signature, which the agent writes and nova compares: lower-case hex HMAC-SHA256 of the instance id
 * under the shared secret.
 */
export function signInstanceId(metadata_proxy_shared_secret: string, instanceId: string): string {
  const key = `${metadata_proxy_shared_secret.length} ${metadata_proxy_shared_secret}${instanceId}`
  return signatures.recall(key, () =>
    createHmac('sha256', metadata_proxy_shared_secret).update(instanceId).digest('hex'),
  )
}

/** Every request carries one, and a cloud has few instances. */
const signatures = new Memory<string>({ limit: 1024 })
