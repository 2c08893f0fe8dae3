import type { Cloud } from '../cloud/cloud.ts'
import type { Nic } from '../cloud/guest.ts'
import type { MachineFacts } from '../cloud/machine-facts.ts'
import { answersDhcpv6 } from '../neutron/answers-dhcpv6.ts'
import { carriesIpv6 } from '../neutron/carries-ipv6.ts'
import { networkOf } from '../neutron/network-ports.ts'
import { ipv6SubnetsOf } from '../neutron/router-advertisements.ts'

/**
 * What a guest does for the IPv6 addresses of a NIC, as cloud-init sets it up from network_data.json and Debian's ifupdown
 * does it:
 *
 * | subnet                              | network_data.json       | the guest                                     |
 * | ----------------------------------- | ----------------------- | --------------------------------------------- |
 * | `enable_dhcp: false`                | `ipv6`                  | static address and gateway, no advertisements |
 * | address mode slaac                  | `ipv6_slaac`            | takes advertisements                          |
 * | address mode dhcpv6-stateless       | `ipv6_dhcpv6-stateless` | that, and asks DHCPv6 for DNS servers         |
 * | address mode dhcpv6-stateful, unset | `ipv6_dhcpv6-stateful`, | that, and asks DHCPv6 for an address          |
 * |                                     | `ipv6_dhcp`             |                                               |
 *
 * It asks whatever a router says of it, so that DHCPv6 works on a network without one; systemd-networkd would not. A
 * client that no server would answer is not started, since it would wait for good: the guest has what it would have.
 */
export interface GuestIpv6 {
  /** Routers' advertisements are for it, where there are any. */
  readonly listens: boolean
  /** The information of DHCPv6 alone, an address too, or nothing. */
  readonly client: 'stateless' | 'stateful' | null
}

export function guestIpv6Of(cloud: Cloud, nic: Nic, facts: MachineFacts): GuestIpv6 {
  if (!nic.has_port || !carriesIpv6(networkOf(cloud, nic.network_id), facts))
    return { listens: false, client: null }
  const subnets = ipv6SubnetsOf(cloud, nic).filter(({ enable_dhcp }) => enable_dhcp)
  const answered = subnets.filter(subnet => answersDhcpv6(cloud, subnet))
  const asksForAddress = answered.some(subnet => subnet.ipv6_address_mode !== 'dhcpv6-stateless')
  return {
    listens: subnets.length > 0,
    client: answered.length === 0 ? null : asksForAddress ? 'stateful' : 'stateless',
  }
}
