import { type MetadataProxy, metadataProxiesOf } from '../neutron/haproxy.ts'
import { processEnvironment } from '../neutron/process-environment.ts'
import type { ProxyPlace } from '../neutron/proxy-places.ts'
import { neutronRelease } from '../neutron/release.ts'
import { fileStep } from './file-steps.ts'
import { logDirectory, stepIds } from './names.ts'
import { proxyFilesOf } from './proxy-files.ts'
import { serviceStep } from './service-step.ts'
import { type Site, serviceAt } from './site.ts'
import type { Step, WaitStep } from './step.ts'
import type { WiredPorts } from './wired-ports.ts'

/** The haproxy of every place of a host that answers 169.254.169.254; the cloud has that host's paths. */
export function haproxySteps(site: Site, places: readonly ProxyPlace[], wired: WiredPorts): Step[] {
  return metadataProxiesOf(site.cloud, site.facts, places).flatMap(proxy =>
    stepsOfProxy(site, proxy, wired),
  )
}

function stepsOfProxy(site: Site, proxy: MetadataProxy, wired: WiredPorts): Step[] {
  const { cloud, host } = site
  const name = serviceAt(site, proxy.processTag)
  const place = { host: host.name, namespace: proxy.namespace, source: ['neutron'] }
  const config = fileStep({
    ...place,
    path: proxy.configPath,
    content: proxy.config,
    why: `haproxy of ${proxy.namespace}`,
  })
  const addresses = wired.get(proxy.namespace) ?? []
  const settled = addressesSettled(place, proxy, addresses)
  const service = serviceStep({
    ...place,
    name,
    service: 'haproxy',
    phase: 'proxies',
    needs: [
      config.id,
      stepIds.directory(`${cloud.neutron.state_path}/external/pids`),
      stepIds.directory(logDirectory(cloud)),
      `sysctl:${proxy.namespace}`,
      ...addresses,
      ...settled.map(({ id }) => id),
    ],
    why: `metadata proxy of ${proxy.namespace}`,
    argv: proxy.argv,
    environment: processEnvironment(cloud, proxy.processTag),
    daemonizes: true,
    pidFile: proxy.pidFile,
    logFile: `${logDirectory(cloud)}/${name}.log`,
    commandLineHolds: proxy.configPath,
    listens: proxy.listens.map(({ address, port }) => ({ protocol: 'tcp', address, port })),
    leaves: [proxy.pidFile],
    files: proxyFilesOf(cloud),
    ...(neutronRelease(cloud.neutron.release).replacesProxyOnChange
      ? {}
      : { staysWhileItRuns: true as const }),
    supervised: true,
  })
  return [config, ...settled, service]
}

/** haproxy cannot bind a tentative address; Neutron waits up to 30 s for duplicate detection to end. */
function addressesSettled(
  place: { host: string; namespace: string; source: readonly string[] },
  proxy: MetadataProxy,
  addresses: readonly string[],
): WaitStep[] {
  const device = proxy.listens.find(listen => listen.device !== undefined)?.device
  if (device === undefined) return []
  return [
    {
      ...place,
      kind: 'wait',
      id: `settled:${proxy.namespace}`,
      phase: 'proxies',
      needs: addresses,
      why: `duplicate address detection on ${device}`,
      until: `[ -z "$(ip -6 address show dev ${device} tentative)" ]`,
      timeoutSeconds: 30,
    },
  ]
}
