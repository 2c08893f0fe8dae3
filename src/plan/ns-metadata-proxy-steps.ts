import { nsMetadataProxiesOf } from '../neutron/ns-metadata-proxy/command-line.ts'
import type { ProxyPlace } from '../neutron/proxy-places.ts'
import { stepIds } from './names.ts'
import { proxyFilesOf } from './proxy-files.ts'
import { serviceStep } from './service-step.ts'
import { type Site, serviceAt } from './site.ts'
import type { ServiceStep } from './step.ts'
import type { WiredPorts } from './wired-ports.ts'

/** The neutron-ns-metadata-proxy of every place of a host: see `haproxySteps`. */
export function nsMetadataProxySteps(
  site: Site,
  places: readonly ProxyPlace[],
  wired: WiredPorts,
): ServiceStep[] {
  const { cloud, host, facts } = site
  const { state_path } = cloud.neutron
  const { node, root, compileCache } = facts
  return nsMetadataProxiesOf(cloud, facts, places).map(proxy =>
    serviceStep({
      host: host.name,
      namespace: proxy.namespace,
      source: ['neutron'],
      name: serviceAt(site, `neutron-ns-metadata-proxy-${proxy.id}`),
      service: 'neutron-ns-metadata-proxy',
      phase: 'proxies',
      needs: [
        stepIds.directory(`${state_path}/external/pids`),
        stepIds.directory(`${state_path}/log`),
        `sysctl:${proxy.namespace}`,
        ...(wired.get(proxy.namespace) ?? []),
      ],
      why: `metadata proxy of ${proxy.namespace}`,
      argv: [node, `${root}/src/daemon/neutron-ns-metadata-proxy.ts`, ...proxy.arguments],
      environment: compileCache === '' ? {} : { NODE_COMPILE_CACHE: compileCache },
      daemonizes: false,
      pidFile: proxy.pidFile,
      logFile: proxy.logFile,
      commandLineHolds: proxy.pidFile,
      listens: [{ protocol: 'tcp', ...proxy.listens }],
      leaves: [proxy.pidFile],
      files: proxyFilesOf(cloud, [`${state_path}/log`]),
      supervised: true,
    }),
  )
}
