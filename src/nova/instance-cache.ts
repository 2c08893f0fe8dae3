import type { Answer } from '../wsgi/answer.ts'
import type { NovaMetadataConfig } from './config.ts'
import type { Ec2Directory } from './ec2/tree.ts'
import { ExpiringCache } from './expiring-cache.ts'
import type { InstanceView } from './instance-view.ts'
import type { NovaLog } from './log.ts'
import type { MetaDataParts } from './openstack/meta-data.ts'
import { openStaticVendordata } from './vendordata/static.ts'

/** An instance as one worker of nova has loaded it; later changes show when it is loaded again. */
export interface LoadedInstance {
  readonly view: InstanceView
  /** Of the request it was loaded for: X-Forwarded-For, or where that came from. */
  readonly address: string | null
  readonly password: string | null
  readonly userData: Uint8Array | null
  /** What the file of `vendordata_jsonfile_path` held, as Python writes it. */
  readonly staticVendordata: string
  /** Warnings that nova gives once for a loaded instance. */
  readonly warned: Set<string>
  /** What has been made of it, as good as itself and so kept with it. Only paths that there are become keys. */
  readonly made: {
    readonly answers: Map<string, Answer>
    readonly ec2Trees: Map<string, Ec2Directory>
    readonly metaData: Map<string, MetaDataParts>
  }
}

/** Where posted passwords are kept, by the uuid of their instance. */
export interface PasswordStore {
  get(uuid: string): string | undefined
  /** Throws where it cannot be kept. */
  set(uuid: string, password: string): unknown
}

/** What instances are loaded from, besides nova's database. */
export interface InstanceSources {
  readonly passwords: PasswordStore
  /** Throws as the file system does. */
  readFile(path: string): Uint8Array
  readonly log: NovaLog
}

/** The instance and the project that a load balancer's guest turned out to be. */
export interface ProviderGuest {
  readonly device_id: string
  readonly project_id: string
}

/** Instances behind nova's cache of `metadata_cache_expiration` seconds, and the passwords posted for them. */
export interface InstanceCache {
  /**
   * What is cached under a key (an id as it was written, or an address), else the instance of the id that `findId`
   * gives; undefined without such an instance. Ids are compared in any case, as the database does. Throws what
   * `findId` throws, and VendordataUnreadable.
   */
  find(
    key: string,
    address: string | null,
    nowMs: number,
    findId?: () => string | undefined,
  ): LoadedInstance | undefined
  /** Whether there is an instance of this id. */
  has(id: string): boolean
  /** Other instances are there from now on; what is loaded already shows for as long as it is cached. */
  replace(instances: readonly InstanceView[]): void
  /** What is stored shows once the instance is loaded again. */
  storePassword(uuid: string, password: string): void
  /** Which guest an address behind a provider is. */
  readonly providerGuests: ExpiringCache<ProviderGuest>
}

/** Nova's view of its instances; a cache of 0 seconds loads for every request. */
export function createInstanceCache(
  { instances, api }: Pick<NovaMetadataConfig, 'instances' | 'api'>,
  { passwords, readFile, log }: InstanceSources,
): InstanceCache {
  let views = indexViews(instances)
  const cached = new ExpiringCache<LoadedInstance>(api.metadata_cache_expiration, cacheLimit)
  const readStatic = openStaticVendordata(api, readFile, log)
  const load = (view: InstanceView, address: string | null): LoadedInstance => ({
    view,
    address,
    password: (passwords.get(view.uuid) ?? view.password) || null,
    userData: decodeUserData(view),
    staticVendordata: readStatic(),
    warned: new Set(),
    made: { answers: new Map(), ec2Trees: new Map(), metaData: new Map() },
  })
  return {
    find(key, address, nowMs, findId = () => key) {
      const hit = cached.get(key, nowMs)
      if (hit !== undefined) return hit
      const view = views.get(findId()?.toLowerCase() ?? '')
      if (view === undefined) return undefined
      const loaded = load(view, address)
      cached.set(key, loaded, nowMs)
      return loaded
    },
    has: id => views.has(id.toLowerCase()),
    replace(others) {
      views = indexViews(others)
    },
    storePassword(uuid, password) {
      passwords.set(uuid, password)
    },
    providerGuests: new ExpiringCache(api.metadata_cache_expiration, cacheLimit),
  }
}

function indexViews(instances: readonly InstanceView[]): ReadonlyMap<string, InstanceView> {
  return new Map(instances.map(view => [view.uuid.toLowerCase(), view]))
}

function decodeUserData({ user_data_base64 }: InstanceView): Uint8Array | null {
  return user_data_base64 === null ? null : Buffer.from(user_data_base64, 'base64')
}

/** More than a lab has instances, few enough for a guest that writes its address in many ways. */
const cacheLimit = 1024
