import { hostView, type ViewingAgent, viewingAgents } from '../cloud/agent-view.ts'
import type { Cloud, Host } from '../cloud/cloud.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { nodeService } from './node-service.ts'
import type { Site } from './site.ts'
import type { ServiceStep } from './step.ts'
import { watcherOf } from './watchers.ts'

/**
 * neutron-dhcp-agent and neutron-l3-agent of a host: what they make is in the plan, made by `lab`; the processes put back
 * what of it dies, and make it anew when they have been away. They share the lab's lock with its commands, and namespaces that
 * they make are to be seen by all, so they are where the commands are: in the machine's own.
 */
export function agentSteps(site: Site, services: readonly ServiceStep[]): ServiceStep[] {
  const { cloud, host, facts } = site
  return agentsOn(cloud, host).map(agent =>
    nodeService(hostView(cloud, host), host, facts, {
      name: agent,
      namespace: null,
      why: WHY_AGENTS[agent],
      listens: [],
      leaves: [],
      script: `src/runtime/process/${agent}.ts`,
      arguments: ['--lab', cloud.lab, '--host', host.name],
      needs: services
        .filter(service => service.host === host.name && watcherOf(service) === agent)
        .map(({ id }) => id),
      supervised: true,
    }),
  )
}

/** The agents of a host: of network hosts, those for whose kind the cloud has anything. */
export function agentsOn({ networks, neutron, routers }: Cloud, { roles }: Host): ViewingAgent[] {
  if (!roles.includes('network') || neutron.mechanism_driver === 'ovn') return []
  const has = {
    'neutron-dhcp-agent': networks.some(({ subnets }) =>
      subnets.some(({ enable_dhcp }) => enable_dhcp),
    ),
    'neutron-l3-agent': routers.length > 0,
  }
  return viewingAgents.filter(agent => has[agent])
}

const WHY_AGENTS: Readonly<Record<ViewingAgent, string>> = {
  'neutron-dhcp-agent': 'looks after dnsmasq and the proxies in qdhcp',
  'neutron-l3-agent': 'looks after radvd and the proxies in qrouter',
}

/**
 * The supervisor puts back what no agent does; it starts when all that it watches runs, while the guests lease. It is in the
 * machine's own network, as the agents are.
 */
export function supervisorStep(
  cloud: Cloud,
  host: Host,
  facts: MachineFacts,
  services: readonly ServiceStep[],
): ServiceStep {
  return nodeService(cloud, host, facts, {
    name: 'supervisor',
    namespace: null,
    why: 'puts back services that die',
    listens: [],
    leaves: [],
    script: 'src/runtime/process/supervisor-main.ts',
    arguments: ['--lab', cloud.lab],
    needs: services.map(({ id }) => id),
    supervised: false,
  })
}
