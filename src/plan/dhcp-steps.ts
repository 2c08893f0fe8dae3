import type { Network } from '../cloud/cloud.ts'
import { type DhcpNamespace, dhcpNamespaceOf } from '../neutron/dhcp-namespace.ts'
import { type Dnsmasq, dnsmasqOf } from '../neutron/dnsmasq.ts'
import { directoryStep, fileStep } from './file-steps.ts'
import { logDirectory, stepIds } from './names.ts'
import { namespaceSteps } from './namespace-steps.ts'
import { plugPort } from './plug-port.ts'
import { portAddressSteps, routeStep } from './port-address-steps.ts'
import { rulesSteps } from './rules-steps.ts'
import { serviceStep } from './service-step.ts'
import { namespaceAt, type Site, serviceAt, socketOn } from './site.ts'
import type { Listener, ServiceStep, Step } from './step.ts'

/** What neutron-dhcp-agent makes of a network: qdhcp with its port, rules, routes and dnsmasq. */
export function dhcpSteps(site: Site, network: Network): Step[] {
  const { cloud, host, facts, views } = site
  const dhcp = dhcpNamespaceOf(views.dhcp, network, facts)
  if (dhcp === null) return []
  const source = ['networks', network.name]
  const place = { host: host.name, namespace: namespaceAt(site, dhcp.name), source }
  const plug = { ...place, socket: socketOn(cloud, host, network) }
  const port = { ...place, port: dhcp.port, device: dhcp.device, addresses: dhcp.addresses }
  return [
    ...namespaceSteps({
      ...place,
      why: `DHCP for ${network.name}`,
      sysctls: dhcp.sysctls,
      portIds: [dhcp.port.id],
    }),
    plugPort({ ...plug, port: dhcp.port, device: dhcp.device }),
    ...portAddressSteps(port),
    ...routeStep({ ...place, device: dhcp.device, routes: dhcp.routes, after: [dhcp.port.id] }),
    ...rulesSteps(place, dhcp.iptables, dhcp.ip6tables),
    ...dnsmasqSteps(site, network, place.namespace, dhcp),
  ]
}

function dnsmasqSteps(
  site: Site,
  network: Network,
  namespace: string,
  dhcp: DhcpNamespace,
): Step[] {
  const { host, facts } = site
  const cloud = site.views.dhcp
  const dnsmasq = dnsmasqOf(cloud, network, facts)
  if (dnsmasq === null) return []
  const source = ['networks', network.name]
  const directory = directoryStep(
    { host: host.name, path: dnsmasq.directory, mode: 0o755, why: `dnsmasq of ${network.name}` },
    [stepIds.directory(`${cloud.neutron.state_path}/dhcp`)],
  )
  const pathOf = (name: string) => `${dnsmasq.directory}/${name}`
  const files = Object.entries(dnsmasq.files).map(([name, content]) =>
    fileStep({
      host: host.name,
      path: pathOf(name),
      content,
      why: FILE_REASONS[name] ?? `dnsmasq of ${network.name}`,
      source,
      ...(name === 'leases' ? { volatile: true } : {}),
    }),
  )
  const service: ServiceStep = serviceStep({
    name: serviceAt(site, dnsmasq.processTag),
    service: 'dnsmasq',
    host: host.name,
    phase: 'dhcp',
    needs: [
      stepIds.addresses(dhcp.port.id),
      `lo:${namespace}`,
      stepIds.directory(logDirectory(cloud)),
      ...files.map(file => file.id),
    ],
    why: `DHCP and DNS for ${network.name}`,
    source,
    namespace,
    argv: dnsmasq.argv,
    environment: dnsmasq.environment,
    daemonizes: true,
    pidFile: dnsmasq.pidFile,
    logFile: `${logDirectory(cloud)}/${serviceAt(site, dnsmasq.processTag)}.log`,
    commandLineHolds: dnsmasq.directory,
    listens: boundAtStart(dnsmasq.listens),
    leaves: [dnsmasq.pidFile],
    files: { writes: [dnsmasq.directory] },
    reloads: { signal: 'SIGHUP', files: REREAD.map(name => ({ id: stepIds.file(pathOf(name)) })) },
    leasing: { device: dhcp.device, hosts: pathOf('host'), leases: pathOf('leases') },
    supervised: true,
  })
  return [directory, ...files, service]
}

/** IPv6 addresses are bound when duplicate address detection has let them go, which may be later. */
function boundAtStart(listeners: Dnsmasq['listens']): Listener[] {
  return listeners
    .filter(({ address }) => !address.includes(':'))
    .map(({ protocol, address, port }) => ({ protocol, address, port }))
}

/** What dnsmasq(8) reads again on SIGHUP, which is all that the agent's `reload_allocations` needs. */
const REREAD = ['host', 'opts', 'addn_hosts']

const FILE_REASONS: Readonly<Record<string, string>> = {
  host: 'which MAC gets which address',
  opts: 'DHCP options, the metadata route among them',
  addn_hosts: 'names that dnsmasq answers for',
  leases: 'leases, which dnsmasq rewrites as they are given',
  interface: "the DHCP port's device",
}
