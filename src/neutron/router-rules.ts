import type { Cloud, FloatingIp } from '../cloud/cloud.ts'
import { addScopeChains, defaultScope, saveScopeOfNewConnection } from './address-scope-chains.ts'
import { managedTables } from './iptables-manager.ts'
import type { Tables } from './iptables-tables.ts'
import { append, renderTables } from './iptables-tables.ts'
import { metadataAddress, metadataAddressIpv6 } from './metadata-address.ts'
import { type IptablesRelease, neutronRelease } from './release.ts'

/** What the rules must know of a router: its devices that have an address of the family, in port order. */
export interface RouterRules {
  readonly family: 4 | 6
  readonly neutron: Cloud['neutron']
  readonly internalDevices: readonly string[]
  /** The IPv4 networks that an internal port's first address is in, in port order. */
  readonly internalCidrs: readonly string[]
  readonly gateway: RouterRulesGateway | null
  /** Those that lead through the gateway; none without one. */
  readonly floatingIps: readonly TranslatedAddress[]
}

export type TranslatedAddress = Pick<FloatingIp, 'floating_ip_address' | 'fixed_ip_address'>

export interface RouterRulesGateway {
  readonly device: string
  readonly hasAddressOfFamily: boolean
  /** The first IPv4 address, which SNAT uses; null where the port has none. */
  readonly ipv4Address: string | null
  readonly enableSnat: boolean
}

/**
 * The rules of a qrouter namespace for iptables-restore (family 4) or ip6tables-restore (6), as they stand when the L3
 * agent has processed the router for the first time: legacy router, no address scope but the default.
 * Since Xena filter's scope chain begins its life with a DROP for marked packets; that first processing empties it.
 * `RouterInfo` and `apply_metadata_nat_rules`.
 */
export function routerRules(router: RouterRules): string | null {
  const release = neutronRelease(router.neutron.release).iptables
  if (!release.routerFamilies.includes(router.family)) return null
  const known = { ...router, release }
  return renderTables(
    stepsOf(release).reduce((tables, step) => step(tables, known), emptyTables(known)),
  )
}

interface KnownRouter extends RouterRules {
  readonly release: IptablesRelease
}

type Step = (tables: Tables, router: KnownRouter) => Tables

function emptyTables({ family, release }: KnownRouter): Tables {
  const nat = family === 4 ? 'full' : release.ipv6Nat ? 'prerouting' : 'none'
  return managedTables({ family, wrapName: l3, nat, release })
}

const l3 = 'neutron-l3-agent'

const addScopes: Step = (tables, { family, release }) =>
  release.addressScopes === 'none' ? tables : addScopeChains(tables, { family, wrapName: l3 })

/** Since Pike it stands without a proxy, too. */
const addMetadataMark: Step = (tables, { family, neutron, release }) => {
  const { enable_metadata_proxy } = neutron.l3_agent
  const isMarked = release.metadata !== 'open' && hasMetadata(family, neutron)
  if (!isMarked || !(enable_metadata_proxy || release.metadataMarkWithoutProxy)) return tables
  const from = release.metadata === 'masked' ? fromInside : ''
  const { metadata_access_mark } = neutron.l3_agent
  return append(tables, 'mangle', {
    rules: [
      `-A ${l3}-PREROUTING ${metadataRequest(family, from)} -j MARK ${setMark(metadata_access_mark, release)}`,
    ],
  })
}

function hasMetadata(family: 4 | 6, neutron: Cloud['neutron']): boolean {
  return family === 4 || neutronRelease(neutron.release).ipv6Metadata
}

const fromInside = '-i qr-+ '

function metadataRequest(family: 4 | 6, from: string): string {
  const destination = family === 4 ? `${metadataAddress}/32` : `${metadataAddressIpv6}/128`
  return `-d ${destination} ${from}-p tcp -m tcp --dport 80`
}

/** iptables-save prints marks in lower-case hexadecimal, however the option writes them. */
function setMark(mark: string, { metadata }: IptablesRelease): string {
  return `--set-xmark 0x${Number(mark).toString(16)}/${metadata === 'masked' ? '0xffff' : '0xffffffff'}`
}

/** A mask of all bits is not printed. */
function isMarked(mark: string, { metadata }: IptablesRelease): string {
  return `--mark 0x${Number(mark).toString(16)}${metadata === 'masked' ? '/0xffff' : ''}`
}

const addGateway: Step = (tables, router) => {
  const { family, gateway, release } = router
  if (family === 6 || gateway === null) return tables
  const isScoped = release.addressScopes !== 'none' && gateway.enableSnat
  const scoped = isScoped
    ? append(tables, 'mangle', {
        rules: [`-A ${l3}-POSTROUTING -o ${gateway.device} ${saveScopeOfNewConnection}`],
      })
    : tables
  const { ipv4Address, enableSnat } = gateway
  if (ipv4Address === null || !(enableSnat || release.floatingIpsWithoutSnat)) return scoped
  const toSource = `-j SNAT --to-source ${ipv4Address}${fully(release)}`
  return release.snat === 'by-network'
    ? addSnatByNetwork(scoped, router, gateway, toSource)
    : addSnatByDevice(scoped, router, gateway, toSource)
}

function fully({ randomFully }: IptablesRelease): string {
  return randomFully ? ' --random-fully' : ''
}

function addSnatByNetwork(
  tables: Tables,
  { internalCidrs }: KnownRouter,
  { device }: RouterRulesGateway,
  toSource: string,
): Tables {
  return append(tables, 'nat', {
    rules: [
      `-A ${l3}-POSTROUTING ! -i ${device} ! -o ${device} -m conntrack ! --ctstate DNAT -j ACCEPT`,
      ...internalCidrs.map(cidr => `-A ${l3}-snat -s ${cidr} ${toSource}`),
    ],
  })
}

function addSnatByDevice(
  tables: Tables,
  { neutron, release }: KnownRouter,
  { device, enableSnat }: RouterRulesGateway,
  toSource: string,
): Tables {
  const notFromGateway = release.internalTrafficByInput ? `! -i ${device} ` : ''
  const { external_ingress_mark } = neutron.l3_agent
  const withNat = append(tables, 'nat', {
    rules: [
      ...(enableSnat ? [`-A ${l3}-snat -o ${device} ${toSource}`] : []),
      `-A ${l3}-POSTROUTING ${notFromGateway}! -o ${device} -m conntrack ! --ctstate DNAT -j ACCEPT`,
      `-A ${l3}-snat -m mark ! ${isMarked(external_ingress_mark, release)} -m conntrack --ctstate DNAT ${toSource}`,
    ],
  })
  return append(withNat, 'mangle', {
    rules: [`-A ${l3}-mark -i ${device} -j MARK ${setMark(external_ingress_mark, release)}`],
  })
}

/** A scope of their own would need mangle rules, too; both ends are in the default one. */
const addFloatingIps: Step = (tables, { family, floatingIps, release }) =>
  family === 6
    ? tables
    : append(tables, 'nat', {
        rules: floatingIps.flatMap(({ floating_ip_address: outer, fixed_ip_address: inner }) => [
          `-A ${l3}-PREROUTING -d ${outer}/32 -j DNAT --to-destination ${inner}`,
          `-A ${l3}-OUTPUT -d ${outer}/32 -j DNAT --to-destination ${inner}`,
          `-A ${l3}-float-snat -s ${inner}/32 -j SNAT --to-source ${outer}${fully(release)}`,
        ]),
      })

/** What SNAT hides may cross scopes, so IPv4 does not block the gateway while SNAT is on. */
const addScopeMarks: Step = (tables, { family, internalDevices, gateway, release }) => {
  if (release.addressScopes === 'none') return tables
  const gatewayDevices = gateway?.hasAddressOfFamily ? [gateway.device] : []
  const guardsGateway = family === 6 || !gateway?.enableSnat
  const guarded = [...internalDevices, ...(guardsGateway ? gatewayDevices : [])]
  const withMarks = append(tables, 'mangle', {
    rules: [...internalDevices, ...gatewayDevices].map(
      device => `-A ${l3}-scope -i ${device} -j MARK --set-xmark ${defaultScope}`,
    ),
  })
  return append(withMarks, 'filter', {
    rules: guarded.map(
      device => `-A ${l3}-scope -o ${device} -m mark ! --mark ${defaultScope} -j DROP`,
    ),
  })
}

/**
 * Redirected requests find the proxy; since Juno its port is open to them alone. What Havana and Icehouse let in for
 * 127.0.0.1 nobody sends there: REDIRECT gives a packet the address of the device that it came in by.
 */
const addMetadataRedirect: Step = (tables, { family, neutron, release }) => {
  const { enable_metadata_proxy, metadata_port, metadata_access_mark } = neutron.l3_agent
  if (!enable_metadata_proxy || !hasMetadata(family, neutron)) return tables
  const toPort = `-p tcp -m tcp --dport ${metadata_port}`
  const guarded = append(tables, 'filter', {
    rules:
      release.metadata === 'open'
        ? [`-A ${l3}-INPUT -d 127.0.0.1/32 ${toPort} -j ACCEPT`]
        : [
            `-A ${l3}-INPUT -m mark ${isMarked(metadata_access_mark, release)} -j ACCEPT`,
            `-A ${l3}-INPUT ${toPort} -j DROP`,
          ],
  })
  const request = metadataRequest(family, release.metadata === 'open' ? '' : fromInside)
  return append(guarded, 'nat', {
    rules: [`-A ${l3}-PREROUTING ${request} -j REDIRECT --to-ports ${metadata_port}`],
  })
}

/** In the agent's own order, which is the order within each chain. */
function stepsOf({ metadataFirst }: IptablesRelease): readonly Step[] {
  const gateway = [addGateway, addFloatingIps, addScopeMarks]
  return metadataFirst
    ? [addMetadataMark, addMetadataRedirect, ...gateway]
    : [addScopes, addMetadataMark, ...gateway, addMetadataRedirect]
}
