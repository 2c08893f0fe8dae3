import type { Answer } from '../wsgi/answer.ts'
import type { Ec2Directory } from './ec2/tree.ts'
import type { InstanceView } from './instance-view.ts'

/** An instance as one worker of nova has loaded it; later changes show when it is loaded again. */
export interface LoadedInstance {
  readonly view: InstanceView
  /** X-Forwarded-For of the request it was loaded for. */
  readonly address: string | null
  readonly password: string | null
  /** What has been made of it, as good as itself and so kept with it. */
  readonly made: {
    readonly ec2Trees: Map<string, Ec2Directory>
    readonly metaData: Map<string, readonly [before: string, after?: string]>
    readonly networkData: Map<string, Answer>
  }
}

/** Where posted passwords are kept, by the uuid of their instance. */
export interface PasswordStore {
  get(uuid: string): string | undefined
  /** Throws where it cannot be kept. */
  set(uuid: string, password: string): unknown
}

/** Instances behind nova's cache of `metadata_cache_expiration` seconds, and the passwords posted for them. */
export interface InstanceCache {
  /** By id in any case, as the database compares it; undefined for an unknown one. */
  find(id: string, address: string | null, nowMs: number): LoadedInstance | undefined
  /** What is stored shows once the instance is loaded again. */
  storePassword(uuid: string, password: string): void
}

/** Nova's view of its instances; a cache of 0 seconds loads for every request. */
export function createInstanceCache(
  instances: readonly InstanceView[],
  metadata_cache_expiration: number,
  passwords: PasswordStore = new Map(),
): InstanceCache {
  const views = new Map(instances.map(view => [view.uuid.toLowerCase(), view]))
  const cached = new Map<string, { loaded: LoadedInstance; expiresMs: number }>()
  return {
    find(id, address, nowMs) {
      const hit = cached.get(id)
      if (hit !== undefined && nowMs < hit.expiresMs) return hit.loaded
      const view = views.get(id.toLowerCase())
      if (view === undefined) return undefined
      const password = passwords.get(view.uuid) ?? view.password
      const loaded = { view, address, password: password || null, made: nothingMade() }
      cached.set(id, { loaded, expiresMs: nowMs + metadata_cache_expiration * 1000 })
      return loaded
    },
    storePassword(uuid, password) {
      passwords.set(uuid, password)
    },
  }
}

function nothingMade(): LoadedInstance['made'] {
  return { ec2Trees: new Map(), metaData: new Map(), networkData: new Map() }
}
