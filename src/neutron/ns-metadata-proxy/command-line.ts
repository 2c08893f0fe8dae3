import type { Cloud } from '../../cloud/cloud.ts'
import type { MachineFacts } from '../../cloud/machine-facts.ts'
import { type ProxyPlace, proxyPlacesOf } from '../proxy-places.ts'

/** One neutron-ns-metadata-proxy, which carries guests' requests out of a namespace to the agent's socket. */
export interface NsMetadataProxy extends Pick<ProxyPlace, 'owner' | 'namespace'> {
  /** Names the files: the network's or router's id that it sends; until Juno the network's. */
  readonly id: string
  /** What it is called with. */
  readonly arguments: readonly string[]
  readonly pidFile: string
  readonly logFile: string
  readonly listens: ProxyPlace['bind']
}

/** The neutron-ns-metadata-proxy of every place that has a metadata proxy: see `metadataProxiesOf`. */
export function nsMetadataProxiesOf(
  cloud: Cloud,
  facts: MachineFacts,
  places = proxyPlacesOf(cloud, facts),
): readonly NsMetadataProxy[] {
  return places.map(place => proxyAt(cloud, facts, place))
}

/**
 * As the agents from Kilo to Ocata start it, on IPv4 alone: `_get_metadata_proxy_callback` in
 * neutron/agent/metadata/driver.py and `get_log_args` in neutron/agent/common/config.py. User and group are the agent's own,
 * which go by number. Havana, Icehouse and Juno have neither option, and the proxy stays root; here it never does.
 */
function proxyAt(cloud: Cloud, { uid, gid }: MachineFacts, place: ProxyPlace): NsMetadataProxy {
  const { id, sends, owner, namespace, bind } = place
  const { state_path, metadata_agent } = cloud.neutron
  const pidFile = `${state_path}/external/pids/${id}.pid`
  const logDirectory = `${state_path}/log`
  const logName = `neutron-ns-metadata-proxy-${id}.log`
  return {
    id,
    owner,
    namespace,
    pidFile,
    logFile: `${logDirectory}/${logName}`,
    listens: { address: '0.0.0.0', port: bind.port },
    arguments: [
      `--pid_file=${pidFile}`,
      `--metadata_proxy_socket=${metadata_agent.metadata_proxy_socket}`,
      `--${sends.header}_id=${sends.id}`,
      `--state_path=${state_path}`,
      `--metadata_port=${bind.port}`,
      `--metadata_proxy_user=${uid}`,
      `--metadata_proxy_group=${gid}`,
      `--log-file=${logName}`,
      `--log-dir=${logDirectory}`,
    ],
  }
}
