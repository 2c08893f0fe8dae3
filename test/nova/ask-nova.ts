import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { answerMetadata } from '../../src/nova/answer.ts'
import type { NovaMetadataConfig } from '../../src/nova/config.ts'
import type { NovaContext } from '../../src/nova/context.ts'
import { createInstanceCache } from '../../src/nova/instance-cache.ts'
import type { InstanceView } from '../../src/nova/instance-view.ts'
import type { FetchVendordata } from '../../src/nova/vendordata/fetch.ts'
import { foldUwsgiHeaders } from '../../src/wsgi/headers.ts'
import { goldenNovaConfig } from '../golden/cloud.ts'

export interface AskedNova {
  /** A signed request for the first instance; `closed` where there is no answer. */
  get(target: string, options?: AskOptions): SeenAnswer
  /** The same for what may come later. */
  getLater(target: string, options?: AskOptions): Promise<SeenAnswer>
  /** A request with these headers alone. */
  ask(target: string, headers: Headers, options?: AskOptions): SeenAnswer
  /** What nova has logged: `WARNING name text`. */
  readonly logged: readonly string[]
}

type SeenAnswer = { status: number; text: string } | 'closed'
type Headers = readonly (readonly [string, string])[]

interface AskOptions {
  readonly method?: string
  readonly body?: string
  readonly nowMs?: number
  readonly peer?: string
  /** Beside the signed ones. */
  readonly headers?: Headers
}

/** An instance of the recorded cloud, by name, with some attributes changed. */
export function goldenInstance(name: string, changes: Partial<InstanceView> = {}): InstanceView {
  const instance = goldenNovaConfig().instances.find(({ hostname }) => hostname.startsWith(name))
  if (instance === undefined) throw new Error(`no instance named ${name}`)
  return { ...instance, ...changes }
}

/** A nova that holds one instance, asked as the agent asks it. */
export function novaWith(
  view: InstanceView,
  options: Partial<NovaMetadataConfig> = {},
  fetchVendordata: FetchVendordata = () => Promise.reject(new Error('nothing is fetched')),
): AskedNova {
  const config = { ...goldenNovaConfig(), instances: [view], ...options }
  const logged: string[] = []
  const log = makeLog(logged)
  const instances = createInstanceCache(config, {
    passwords: new Map(),
    readFile: readFileSync,
    log,
  })
  const randomBytes = (size: number) => new Uint8Array(size)
  const signed = signFor(view, config.metadata_proxy_shared_secret)
  const sign = ({ headers = [] }: AskOptions = {}) => [...signed, ...headers]
  const answer = (target: string, headers: Headers, options: AskOptions = {}) => {
    const { method = 'GET', body, nowMs = Date.UTC(2026, 0), peer = '' } = options
    const length = body === undefined ? [] : [['Content-Length', String(body.length)] as const]
    const folded = foldUwsgiHeaders([...headers, ...length])
    const request = { method, target, headers: folded, body: Buffer.from(body ?? ''), peer }
    return answerMetadata(request, {
      config,
      instances,
      nowMs,
      randomBytes,
      log,
      fetchVendordata,
    })
  }
  return {
    logged,
    get: (target, options) => showNow(answer(target, sign(options), options)),
    getLater: async (target, options) => showNow(await answer(target, sign(options), options)),
    ask: (target, headers, options) => showNow(answer(target, headers, options)),
  }
}

function signFor(view: InstanceView, secret: string): [string, string][] {
  return [
    ['X-Instance-ID', view.uuid],
    ['X-Tenant-ID', view.project_id],
    ['X-Instance-ID-Signature', createHmac('sha256', secret).update(view.uuid).digest('hex')],
  ]
}

function makeLog(logged: string[]): NovaContext['log'] {
  return {
    info: (name, text) => logged.push(`INFO ${name} ${text}`),
    warning: (name, text) => logged.push(`WARNING ${name} ${text}`),
    error: (name, text) => logged.push(`ERROR ${name} ${text}`),
  }
}

function showNow(answer: ReturnType<typeof answerMetadata>): SeenAnswer {
  if (answer instanceof Promise) throw new Error('the answer comes later')
  if (answer === undefined) return 'closed'
  return { status: answer.status, text: Buffer.from(answer.body).toString() }
}
