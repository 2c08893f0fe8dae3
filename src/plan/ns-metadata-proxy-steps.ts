import type { Cloud, Host } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { nsMetadataProxiesOf } from '../neutron/ns-metadata-proxy/command-line.ts'
import { stepIds } from './names.ts'
import { proxyFilesOf } from './proxy-files.ts'
import type { WiredPorts } from './proxy-steps.ts'
import { serviceStep } from './service-step.ts'
import type { ServiceStep } from './step.ts'

/** The neutron-ns-metadata-proxy of every namespace that answers 169.254.169.254. */
export function nsMetadataProxySteps(
  cloud: Cloud,
  host: Host,
  facts: MachineFacts,
  wired: WiredPorts,
): ServiceStep[] {
  const { state_path } = cloud.neutron
  const { node, root, compileCache } = facts
  return nsMetadataProxiesOf(cloud, facts).map(proxy =>
    serviceStep({
      host: host.name,
      namespace: proxy.namespace,
      source: ['neutron'],
      name: `neutron-ns-metadata-proxy-${proxy.id}`,
      service: 'neutron-ns-metadata-proxy',
      phase: 'proxies',
      needs: [
        stepIds.directory(`${state_path}/external/pids`),
        stepIds.directory(`${state_path}/log`),
        ...(wired.get(proxy.namespace) ?? []),
      ],
      why: `metadata proxy of ${proxy.namespace}`,
      argv: [node, `${root}/src/daemon/neutron-ns-metadata-proxy.ts`, ...proxy.arguments],
      environment: compileCache === '' ? {} : { NODE_COMPILE_CACHE: compileCache },
      daemonizes: false,
      pidFile: proxy.pidFile,
      logFile: proxy.logFile,
      commandLineHolds: proxy.id,
      listens: [{ protocol: 'tcp', ...proxy.listens }],
      leaves: [proxy.pidFile],
      files: proxyFilesOf(cloud, [`${state_path}/log`]),
      supervised: true,
    }),
  )
}
