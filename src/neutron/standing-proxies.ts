import type { Cloud, Network } from '../cloud/cloud.ts'
import { isAlike } from './is-alike.ts'
import { proxyOfDhcpNamespace } from './metadata-decisions.ts'
import { neutronRelease } from './release.ts'

/** Whether a proxy runs in qdhcp, by network id, where that is not what its agent would decide now. */
export type StandingProxies = Readonly<Record<string, boolean>>

interface Told {
  /** The agent's view before and after it was told of a change. */
  readonly before: Cloud
  readonly after: Cloud
  readonly stood: StandingProxies
  /** It configures every network, as after its start. */
  readonly configures: boolean
}

/**
 * Which proxies a DHCP agent of a release before Pike has left as they were. Pike's looks again whenever a port comes or
 * goes, Mitaka's when it configures a network or is told that it or a subnet has changed (`update_isolated_metadata_proxy`).
 * Up to Liberty only the configuration of a network starts one, and nothing ends it while the network has DHCP and the
 * agent's options want proxies at all (`configure_dhcp_for_network` in neutron/agent/dhcp/agent.py).
 */
export function standingProxies({ before, after, stood, configures }: Told): StandingProxies {
  const release = neutronRelease(after.neutron.release)
  if (release.evaluatesOnPortChange) return {}
  const runsAfter = (network: Network): boolean => {
    const decides = proxyOfDhcpNamespace(after, network).runs
    const old = before.networks.find(({ id }) => id === network.id)
    if (old === undefined || !hasDhcp(old) || !hasDhcp(network) || !wantsProxies(after))
      return decides
    const ran = stood[network.id] ?? proxyOfDhcpNamespace(before, old).runs
    const isConfigured = configures || !isAlike(withoutSubnets(old), withoutSubnets(network))
    if (!release.evaluatesOnNetworkChange) return ran || (isConfigured && decides)
    return isConfigured || !isAlike(old, network) ? decides : ran
  }
  return Object.fromEntries(
    after.networks
      .map(network => [network, runsAfter(network)] as const)
      .filter(([network, runs]) => runs !== proxyOfDhcpNamespace(after, network).runs)
      .map(([{ id }, runs]) => [id, runs]),
  )
}

function hasDhcp({ subnets }: Network): boolean {
  return subnets.some(({ enable_dhcp }) => enable_dhcp)
}

function wantsProxies({ neutron: { dhcp_agent } }: Cloud): boolean {
  return dhcp_agent.enable_isolated_metadata || dhcp_agent.force_metadata
}

function withoutSubnets({ subnets: _subnets, ...rest }: Network): unknown {
  return rest
}
