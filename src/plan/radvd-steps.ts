import type { Router } from '../cloud/cloud.ts'
import { type Radvd, type RadvdPlace, radvdOf } from '../neutron/radvd.ts'
import { directoryStep, fileStep } from './file-steps.ts'
import { logDirectory, stepIds } from './names.ts'
import { serviceStep } from './service-step.ts'
import { namespaceAt, type Site, serviceAt } from './site.ts'
import type { Step, WaitStep } from './step.ts'
import type { WiredPorts } from './wired-ports.ts'

/** The radvd of every router with an IPv6 subnet, in qrouter unless told. */
export function radvdSteps(
  site: Site,
  wired: WiredPorts,
  placeOf?: (router: Router) => RadvdPlace,
): Step[] {
  const { host, facts, views } = site
  const steps = views.l3.routers.flatMap(router => {
    const radvd = radvdOf(views.l3, router, facts, placeOf?.(router))
    return radvd === null ? [] : stepsOfRadvd(site, router, radvd, wired)
  })
  if (steps.length === 0) return []
  const { state_path } = views.l3.neutron
  const why = 'configuration of radvd'
  const directory = { host: host.name, path: `${state_path}/ra`, mode: 0o755, why }
  return [directoryStep(directory, [stepIds.directory(state_path)]), ...steps]
}

function stepsOfRadvd(site: Site, { name }: Router, radvd: Radvd, wired: WiredPorts): Step[] {
  const { host, views } = site
  const { state_path } = views.l3.neutron
  const logs = logDirectory(views.l3)
  const place = {
    host: host.name,
    namespace: namespaceAt(site, radvd.namespace),
    source: ['routers', name],
  }
  const config = fileStep({
    ...place,
    path: radvd.configPath,
    content: radvd.config,
    mode: radvd.configMode,
    why: `what router ${name} tells IPv6 guests`,
  })
  const [linkLocal, all] = addressesSettled(place, radvd, wired.get(place.namespace) ?? [])
  const service = serviceStep({
    ...place,
    name: serviceAt(site, radvd.processTag),
    service: 'radvd',
    phase: 'dhcp',
    needs: [
      config.id,
      linkLocal.id,
      `sysctl:${place.namespace}`,
      stepIds.directory(`${state_path}/external/pids`),
      stepIds.directory(logs),
    ],
    why: `router advertisements of ${name}`,
    argv: radvd.argv,
    environment: radvd.environment,
    daemonizes: true,
    pidFile: radvd.pidFile,
    logFile: `${logs}/${serviceAt(site, radvd.processTag)}.log`,
    commandLineHolds: radvd.configPath,
    listens: [],
    leaves: [radvd.pidFile],
    files: { reads: [radvd.configPath], writes: [`${state_path}/external/pids`] },
    // `reload_cfg` of neutron/agent/linux/ra.py's process manager.
    reloads: { signal: 'SIGHUP', files: [{ id: config.id }] },
    supervised: true,
  })
  return [config, linkLocal, all, service]
}

/**
 * The first advertisement goes out as radvd starts, and cannot from an address that is still tentative. The other
 * addresses are waited for beside it, so that a lab that stands carries IPv6.
 */
function addressesSettled(
  place: { host: string; namespace: string; source: readonly string[] },
  { devices }: Radvd,
  addresses: readonly string[],
): [linkLocal: WaitStep, all: WaitStep] {
  const wait = (id: string, scope: string): WaitStep => ({
    ...place,
    kind: 'wait',
    id: `${id}:${place.namespace}`,
    phase: 'dhcp',
    needs: addresses,
    why: `duplicate address detection on ${devices.join(', ')}`,
    until: devices
      .map(device => `[ -z "$(ip -6 address show dev ${device}${scope} tentative)" ]`)
      .join(' && '),
    timeoutSeconds: 30,
  })
  return [wait('settled-link-local', ' scope link'), wait('settled', '')]
}
