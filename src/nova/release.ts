import { isSince, type ReleaseName } from '../topology/release-names.ts'

/** What of the metadata API changed with a release of Nova, and the release that brought it. */
export const novaChanges = {
  /** 12.0.0: metadata version 2015-10-15. */
  version20151015: 'liberty',
  /** 14.0.0: metadata versions 2016-06-30 and 2016-10-06. */
  versions2016: 'newton',
  /** 15.0.0: metadata version 2017-02-22. */
  version20170222: 'ocata',
  /** 18.0.0: a device's VLAN stands first and may be 0. */
  vlanFirst: 'rocky',
  /** 20.0.0: a load balancer's request without a signature is refused like one with a wrong one. */
  missingSignatureIsWrong: 'train',
  /** 20.0.0: a subnet with `enable_dhcp` but no DHCP port has its gateway as DHCP server, until dhcpByEnableDhcp. */
  gatewayAsDhcpServer: 'train',
  /** 21.0.0: a load balancer's guest must be one port on the provider's subnets. */
  countsProviderPorts: 'ussuri',
  /** 26.0.0: etc/nova/api-paste.ini puts http_proxy_to_wsgi before the metadata API. */
  httpProxyToWsgi: 'zed',
  /** 29.0.0: `[api] use_forwarded_for` is gone. */
  withoutUseForwardedFor: '2024.1',
  /** 18.0.0: metadata version 2018-08-27. */
  version20180827: 'rocky',
  /** 22.0.0: metadata version 2020-10-14. */
  version20201014: 'victoria',
  /** 31.0.0: metadata version 2025-04-04. */
  version20250404: '2025.1',
  /** 27.0.0, and Zed's last point releases: network_data.json leaves a link's MTU to DHCP where there is one. */
  linkMtuFromDhcp: 'zed',
  /** 29.0.0: a subnet with `enable_dhcp` counts as DHCP though no DHCP port is known (OVN). */
  dhcpByEnableDhcp: '2024.1',
} as const satisfies Readonly<Record<string, ReleaseName>>

export type NovaChange = keyof typeof novaChanges

/** Whether a release has a change. */
export function novaHas(release: ReleaseName, change: NovaChange): boolean {
  return isSince(release, novaChanges[change])
}
