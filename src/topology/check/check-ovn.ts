import type { Finding } from '../finding.ts'
import type { PrunedTopology } from '../prune.ts'
import { whyNoOvn } from '../why-no-ovn.ts'

/** What ML2/OVN does not have. */
export function checkOvn({ topology }: PrunedTopology): Finding[] {
  const { mechanism_driver, release, metadata_proxy } = topology.neutron
  if (mechanism_driver !== 'ovn') return []
  const tooOld = release === undefined ? null : whyNoOvn(release)
  return [
    ...(tooOld === null
      ? []
      : [{ message: tooOld, path: ['neutron', 'mechanism_driver'], hint: older }]),
    ...(metadata_proxy !== 'ns-metadata-proxy'
      ? []
      : [
          {
            message: 'ML2/OVN has never had another metadata proxy than haproxy',
            path: ['neutron', 'metadata_proxy'],
            hint: 'leave it out',
          },
        ]),
    ...Object.entries(topology.networks).flatMap(([name, network]) => {
      const path = ['networks', name]
      return [
        ...(network['provider:network_type'] === 'gre'
          ? [
              {
                message: 'ML2/OVN has no networks of type gre',
                path: [...path, 'provider:network_type'],
                hint: 'leave it out for geneve',
              },
            ]
          : []),
        ...(network.dhcp_agents === undefined
          ? []
          : [
              {
                message: 'ML2/OVN has no DHCP agents: each compute host answers its own guests',
                path: [...path, 'dhcp_agents'],
                hint: 'leave it out',
              },
            ]),
      ]
    }),
  ]
}

const older = 'leave it out for openvswitch, or take ussuri or newer'
