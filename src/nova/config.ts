import type { Cloud } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { type ReleaseName, readReleaseName } from '../topology/release-names.ts'
import { buildInstanceView } from './build-instance-view.ts'
import type { InstanceView } from './instance-view.ts'
import { buildNeutronView, type NeutronView } from './neutron-view.ts'

/** All that nova-api-metadata needs to know; JSON can carry it. It holds secrets, so its file is root's alone. */
export interface NovaMetadataConfig extends NeutronView {
  readonly release: ReleaseName
  readonly metadata_listen: string
  readonly metadata_listen_port: number
  readonly service_metadata_proxy: boolean
  readonly metadata_proxy_shared_secret: string
  readonly enable_proxy_headers_parsing: boolean
  readonly api: Cloud['nova']['api']
  readonly wsgi: Cloud['nova']['wsgi']
  readonly instances: readonly InstanceView[]
  /** Who the daemon becomes once it listens. */
  readonly uid: number
  readonly gid: number
  readonly pidFile: string
  /** What Nova's database would keep of posted passwords; its directory is the daemon's own. */
  readonly passwordFile: string
}

/** The configuration of a cloud's nova-api-metadata. Throws on a release that `releaseNames` does not list. */
export function novaMetadataConfig(cloud: Cloud, facts: MachineFacts): NovaMetadataConfig {
  const { nova, neutron } = cloud
  return {
    release: readReleaseName('Nova', nova.release),
    metadata_listen: nova.metadata_listen,
    metadata_listen_port: nova.metadata_listen_port,
    ...nova.neutron,
    ...nova.oslo_middleware,
    ...buildNeutronView(cloud),
    api: nova.api,
    wsgi: nova.wsgi,
    instances: cloud.instances.map(instance => buildInstanceView(cloud, instance)),
    uid: facts.uid,
    gid: facts.gid,
    pidFile: `${neutron.state_path}/run/nova-api-metadata.pid`,
    passwordFile: `${neutron.state_path}/nova/passwords.json`,
  }
}
