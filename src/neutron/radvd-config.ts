import type { Subnet } from '../cloud/cloud.ts'
import { isAutonomous } from '../topology/advertised-subnets.ts'
import type { NeutronRelease } from './release.ts'

/** A router's device that has IPv6 subnets. */
export interface AdvertisingInterface {
  readonly device: string
  readonly mtu: number
  /** Its IPv6 subnets, in the network's order. */
  readonly subnets: readonly Subnet[]
}

type TemplateRelease = Pick<NeutronRelease, 'radvdBlankLines' | 'ipv6Metadata'>

/**
 * radvd's configuration of one device, byte for byte: CONFIG_TEMPLATE of neutron/agent/linux/ra.py, which ends without
 * a newline, so that the next device's begins on the same line.
 */
export function renderRadvdConfig(
  { device, mtu, subnets }: AdvertisingInterface,
  { radvdBlankLines, ipv6Metadata }: TemplateRelease,
): string {
  const gap = radvdBlankLines ? '\n\n   ' : ''
  const hasMode = (mode: Subnet['ipv6_ra_mode']) =>
    subnets.some(subnet => subnet.ipv6_ra_mode === mode)
  const blocks = [
    mtu >= smallestIpv6Mtu ? block(`AdvLinkMTU ${mtu};`) : '',
    hasMode('dhcpv6-stateless') ? block('AdvOtherConfigFlag on;') : '',
    hasMode('dhcpv6-stateful') ? block('AdvManagedFlag on;') : '',
    nameservers(subnets),
    subnets.filter(isAutonomous).map(prefix).join(''),
    subnets.filter(isStateful).map(prefix).join(''),
  ]
  return [
    `interface ${device}\n{\n   AdvSendAdvert on;`,
    `\n   MinRtrAdvInterval ${minRtrAdvInterval};\n   MaxRtrAdvInterval ${maxRtrAdvInterval};`,
    ...blocks.map(text => `${gap}${text}`),
    ipv6Metadata ? '\n\n   route fe80::a9fe:a9fe/128 {\n   };' : '',
    '\n};',
  ].join('')
}

/** RFC 8200, section 5. */
const smallestIpv6Mtu = 1280

/** Seconds; the options' defaults, neutron/conf/agent/common.py. */
const minRtrAdvInterval = 30
const maxRtrAdvInterval = 100

function block(text: string): string {
  return `\n   ${text}\n   `
}

/** Of subnets with SLAAC alone; others get them by DHCPv6. */
function nameservers(subnets: readonly Subnet[]): string {
  const servers = subnets
    .filter(({ ipv6_ra_mode }) => ipv6_ra_mode === 'slaac')
    .flatMap(({ dns_nameservers }) => dns_nameservers)
    .slice(0, maxNameservers)
  if (servers.length === 0) return ''
  return block(`RDNSS ${servers.map(server => ` ${server} `).join('')} {};`)
}

const maxNameservers = 3

function isStateful({ ipv6_ra_mode }: Subnet): boolean {
  return ipv6_ra_mode === 'dhcpv6-stateful'
}

function prefix(subnet: Subnet): string {
  const autonomous = isAutonomous(subnet) ? 'on' : 'off'
  return block(
    `prefix ${subnet.cidr}\n   {\n        AdvOnLink on;\n        AdvAutonomous ${autonomous};\n   };`,
  )
}
