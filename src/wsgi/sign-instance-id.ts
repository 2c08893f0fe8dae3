import { createHmac } from 'node:crypto'

/**
 * X-Instance-ID-Signature, which the agent writes and nova compares: lower-case hex HMAC-SHA256 of the instance id
 * under the shared secret.
 */
export function signInstanceId(metadata_proxy_shared_secret: string, instanceId: string): string {
  return createHmac('sha256', metadata_proxy_shared_secret).update(instanceId).digest('hex')
}
