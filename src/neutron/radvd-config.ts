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

type TemplateRelease = Pick<NeutronRelease, 'radvd' | 'ipv6Metadata'>

/**
 * radvd's configuration of one device, byte for byte: CONFIG_TEMPLATE of neutron/agent/linux/ra.py, which ends without
 * a newline, so that the next device's begins on the same line.
 */
export function renderRadvdConfig(
  { device, mtu, subnets: all }: AdvertisingInterface,
  { radvd, ipv6Metadata }: TemplateRelease,
): string {
  const subnets = radvd.countsEverySubnet ? all : all.slice(0, 1)
  const [smallest, largest] = radvd.intervals
  const gap = radvd.blankLines ? '\n\n   ' : ''
  const hasMode = (mode: Subnet['ipv6_ra_mode']) =>
    subnets.some(subnet => subnet.ipv6_ra_mode === mode)
  const blocks = [
    ...(radvd.mtu === 'absent'
      ? []
      : [radvd.mtu === 'on' && mtu >= smallestIpv6Mtu ? block(`AdvLinkMTU ${mtu};`) : '']),
    hasMode('dhcpv6-stateless') ? block('AdvOtherConfigFlag on;') : '',
    hasMode('dhcpv6-stateful') ? block('AdvManagedFlag on;') : '',
    ...(radvd.advertisesDns ? [nameservers(subnets)] : []),
    subnets.filter(isAutonomous).map(prefix).join(''),
    ...(radvd.statefulPrefixes ? [subnets.filter(isStateful).map(prefix).join('')] : []),
  ]
  return [
    `interface ${device}\n{\n   AdvSendAdvert on;`,
    `\n   MinRtrAdvInterval ${smallest};\n   MaxRtrAdvInterval ${largest};`,
    ...blocks.map(text => `${gap}${text}`),
    ipv6Metadata ? '\n\n   route fe80::a9fe:a9fe/128 {\n   };' : '',
    '\n};',
  ].join('')
}

/** RFC 8200, section 5. */
const smallestIpv6Mtu = 1280

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
