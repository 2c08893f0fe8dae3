import type { Cloud, Host, Port } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { dhcpNamespace, routerNamespace } from '../neutron/names.ts'
import { certificateSteps } from './certificate-steps.ts'
import { placeInContainers } from './containers.ts'
import { dhcpSteps } from './dhcp-steps.ts'
import { guestSteps, guestsBaseSteps } from './guest-steps.ts'
import { hostSteps } from './host-steps.ts'
import { metadataSteps, supervisorStep } from './metadata-steps.ts'
import { stepIds } from './names.ts'
import { outsideSteps } from './outside-steps.ts'
import { proxySteps, type WiredPorts } from './proxy-steps.ts'
import { radvdSteps } from './radvd-steps.ts'
import { routerSteps } from './router-steps.ts'
import { stateSteps } from './state-steps.ts'
import type { Plan, ServiceStep, Step } from './step.ts'

/** Everything that must stand for a cloud, on its hosts. Pure: the same cloud and facts give the same plan. */
export function buildPlan(cloud: Cloud, facts: MachineFacts): Plan {
  const steps = cloud.hosts.flatMap(host => stepsOfHost(cloud, host, facts))
  return { lab: cloud.lab, statePath: cloud.neutron.state_path, steps }
}

function stepsOfHost(cloud: Cloud, host: Host, facts: MachineFacts): readonly Step[] {
  const wired = wiredPorts(cloud.ports)
  const steps = [
    ...stateSteps(cloud, host),
    ...hostSteps(cloud, host, facts),
    ...certificateSteps(cloud, host),
    ...metadataSteps(cloud, host, facts),
    ...cloud.networks.flatMap(network => dhcpSteps(cloud, network, host, facts)),
    ...cloud.routers.flatMap(router => routerSteps(cloud, router, host, facts)),
    ...cloud.networks.flatMap(network => outsideSteps(cloud, network, host, facts)),
    ...radvdSteps(cloud, host, facts, wired),
    ...proxySteps(cloud, host, facts, wired),
    ...guestsBaseSteps(cloud, host),
    ...cloud.guests.flatMap(guest => guestSteps(cloud, guest, host, facts)),
  ]
  const placed = placeInContainers(cloud, host, facts, steps)
  const watched = placed.filter(isWatched)
  return watched.length === 0 ? placed : [...placed, supervisorStep(cloud, host, facts, watched)]
}

/** What an engine puts back needs no supervisor. */
function isWatched(step: Step): step is ServiceStep {
  return step.kind === 'service' && step.supervised && step.container === undefined
}

function wiredPorts(ports: readonly Port[]): WiredPorts {
  const wired = new Map<string, string[]>()
  for (const port of ports) {
    const namespace = namespaceOfAgentPort(port)
    if (namespace === null) continue
    wired.set(namespace, [...(wired.get(namespace) ?? []), stepIds.addresses(port.id)])
  }
  return wired
}

function namespaceOfAgentPort(port: Port): string | null {
  switch (port.device_owner) {
    case 'network:dhcp':
      return dhcpNamespace(port.network_id)
    case 'network:router_interface':
    case 'network:router_gateway':
      return routerNamespace(port.device_id)
    default:
      return null
  }
}
