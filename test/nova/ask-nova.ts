import { createHmac } from 'node:crypto'
import { answerMetadata } from '../../src/nova/answer.ts'
import type { NovaMetadataConfig } from '../../src/nova/config.ts'
import { createInstanceCache, type InstanceCache } from '../../src/nova/instance-cache.ts'
import type { InstanceView } from '../../src/nova/instance-view.ts'
import { foldUwsgiHeaders } from '../../src/wsgi/headers.ts'
import { goldenNovaConfig } from '../golden/cloud.ts'

export interface AskedNova {
  /** A signed request for the only instance; `closed` where there is no answer. */
  get(target: string, options?: AskOptions): { status: number; text: string } | 'closed'
}

interface AskOptions {
  readonly method?: string
  readonly body?: string
  readonly nowMs?: number
}

/** An instance of the recorded cloud, by name, with some attributes changed. */
export function goldenInstance(name: string, changes: Partial<InstanceView> = {}): InstanceView {
  const instance = goldenNovaConfig().instances.find(({ hostname }) => hostname.startsWith(name))
  if (instance === undefined) throw new Error(`no instance named ${name}`)
  return { ...instance, ...changes }
}

/** A nova that holds one instance, asked as the agent asks it. */
export function novaWith(view: InstanceView, options: Partial<NovaMetadataConfig> = {}): AskedNova {
  const config = { ...goldenNovaConfig(), instances: [view], ...options }
  const instances: InstanceCache = createInstanceCache([view], config.api.metadata_cache_expiration)
  const secret = config.metadata_proxy_shared_secret
  const signature = createHmac('sha256', secret).update(view.uuid).digest('hex')
  return {
    get(target, { method = 'GET', body, nowMs = Date.UTC(2026, 0) } = {}) {
      const headers = foldUwsgiHeaders([
        ['X-Instance-ID', view.uuid],
        ['X-Tenant-ID', view.project_id],
        ['X-Instance-ID-Signature', signature],
        ...(body === undefined ? [] : [['Content-Length', String(body.length)] as const]),
      ])
      const request = { method, target, headers, body: Buffer.from(body ?? '') }
      const randomBytes = (size: number) => new Uint8Array(size)
      const answer = answerMetadata(request, { config, instances, nowMs, randomBytes })
      if (answer === undefined) return 'closed'
      return { status: answer.status, text: Buffer.from(answer.body).toString() }
    },
  }
}
