import type { Cloud, FloatingIp } from '../cloud/cloud.ts'
import { managedTables } from './iptables-manager.ts'
import type { Tables } from './iptables-tables.ts'
import { append, renderTables } from './iptables-tables.ts'
import { metadataAddress, metadataAddressIpv6 } from './metadata-address.ts'
import { neutronRelease } from './release.ts'

/** What the rules must know of a router: its devices that have an address of the family, in port order. */
export interface RouterRules {
  readonly family: 4 | 6
  readonly neutron: Cloud['neutron']
  readonly internalDevices: readonly string[]
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
export function routerRules(router: RouterRules): string {
  return renderTables(steps.reduce((tables, step) => step(tables, router), emptyTables(router)))
}

type Step = (tables: Tables, router: RouterRules) => Tables

function emptyTables({ family, neutron }: RouterRules): Tables {
  const { ipv6Nat } = neutronRelease(neutron.release).iptables
  const nat = family === 4 ? 'full' : ipv6Nat ? 'prerouting' : 'none'
  return managedTables({ family, wrapName: l3, nat })
}

const l3 = 'neutron-l3-agent'

/** Packets are marked by the address scope they come from and dropped where they would enter another. */
const addScopeChains: Step = tables => {
  const withMangle = append(tables, 'mangle', {
    chains: [`${l3}-scope`],
    rules: [
      `-A ${l3}-PREROUTING -j ${l3}-scope`,
      `-A ${l3}-PREROUTING -m connmark ! --mark 0x0/${scopeMask} -j CONNMARK --restore-mark ${scopeBits}`,
    ],
  })
  return append(withMangle, 'filter', {
    chains: [`${l3}-scope`],
    rules: [`-A ${l3}-FORWARD -j ${l3}-scope`],
  })
}

const scopeMask = '0xffff0000'
const scopeBits = `--nfmask ${scopeMask} --ctmask ${scopeMask}`

const addFloatingIpChains: Step = (tables, { family }) =>
  family === 6
    ? tables
    : append(tables, 'mangle', {
        chains: [`${l3}-floatingip`, `${l3}-float-snat`],
        rules: [
          `-A ${l3}-PREROUTING -j ${l3}-floatingip`,
          `-A ${l3}-float-snat ${saveScopeOfNewConnection}`,
        ],
      })

const saveScopeOfNewConnection = `-m connmark --mark 0x0/${scopeMask} -j CONNMARK --save-mark ${scopeBits}`

/** Stands without a proxy, too. */
const addMetadataMark: Step = (tables, { family, neutron }) =>
  hasMetadata(family, neutron)
    ? append(tables, 'mangle', {
        rules: [
          `-A ${l3}-PREROUTING ${metadataRequest(family)} -j MARK --set-xmark ${accessMark(neutron)}`,
        ],
      })
    : tables

function hasMetadata(family: 4 | 6, neutron: Cloud['neutron']): boolean {
  return family === 4 || neutronRelease(neutron.release).ipv6Metadata
}

function metadataRequest(family: 4 | 6): string {
  const destination = family === 4 ? `${metadataAddress}/32` : `${metadataAddressIpv6}/128`
  return `-d ${destination} -i qr-+ -p tcp -m tcp --dport 80`
}

function accessMark({ l3_agent }: Cloud['neutron']): string {
  return asPrinted(l3_agent.metadata_access_mark)
}

/** iptables-save prints marks in lower-case hexadecimal, however the option writes them. */
function asPrinted(mark: string): string {
  return `0x${Number(mark).toString(16)}/0xffff`
}

const addGateway: Step = (tables, { family, neutron, gateway }) => {
  if (family === 6 || gateway === null) return tables
  const scoped = gateway.enableSnat
    ? append(tables, 'mangle', {
        rules: [`-A ${l3}-POSTROUTING -o ${gateway.device} ${saveScopeOfNewConnection}`],
      })
    : tables
  return gateway.ipv4Address === null ? scoped : addSnat(scoped, neutron, gateway)
}

function addSnat(tables: Tables, neutron: Cloud['neutron'], gateway: RouterRulesGateway): Tables {
  const { device, enableSnat, ipv4Address } = gateway
  const { internalTrafficByInput } = neutronRelease(neutron.release).iptables
  const notFromGateway = internalTrafficByInput ? `! -i ${device} ` : ''
  const ingressMark = asPrinted(neutron.l3_agent.external_ingress_mark)
  const toSource = `-j SNAT --to-source ${ipv4Address} --random-fully`
  const withNat = append(tables, 'nat', {
    rules: [
      ...(enableSnat ? [`-A ${l3}-snat -o ${device} ${toSource}`] : []),
      `-A ${l3}-POSTROUTING ${notFromGateway}! -o ${device} -m conntrack ! --ctstate DNAT -j ACCEPT`,
      `-A ${l3}-snat -m mark ! --mark ${ingressMark} -m conntrack --ctstate DNAT ${toSource}`,
    ],
  })
  return append(withNat, 'mangle', {
    rules: [`-A ${l3}-mark -i ${device} -j MARK --set-xmark ${ingressMark}`],
  })
}

/** A scope of their own would need mangle rules, too; both ends are in the default one. */
const addFloatingIps: Step = (tables, { family, floatingIps }) =>
  family === 6
    ? tables
    : append(tables, 'nat', {
        rules: floatingIps.flatMap(({ floating_ip_address: outer, fixed_ip_address: inner }) => [
          `-A ${l3}-PREROUTING -d ${outer}/32 -j DNAT --to-destination ${inner}`,
          `-A ${l3}-OUTPUT -d ${outer}/32 -j DNAT --to-destination ${inner}`,
          `-A ${l3}-float-snat -s ${inner}/32 -j SNAT --to-source ${outer} --random-fully`,
        ]),
      })

/** What SNAT hides may cross scopes, so IPv4 does not block the gateway while SNAT is on. */
const addScopeMarks: Step = (tables, { family, internalDevices, gateway }) => {
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

/** The first of the ids from 1024 on, in the upper half of the mark. */
const defaultScope = `0x4000000/${scopeMask}`

/** The last step: the proxy's port is open to redirected requests alone. */
const addMetadataRedirect: Step = (tables, { family, neutron }) => {
  const { enable_metadata_proxy, metadata_port } = neutron.l3_agent
  if (!enable_metadata_proxy || !hasMetadata(family, neutron)) return tables
  const guarded = append(tables, 'filter', {
    rules: [
      `-A ${l3}-INPUT -m mark --mark ${accessMark(neutron)} -j ACCEPT`,
      `-A ${l3}-INPUT -p tcp -m tcp --dport ${metadata_port} -j DROP`,
    ],
  })
  return append(guarded, 'nat', {
    rules: [
      `-A ${l3}-PREROUTING ${metadataRequest(family)} -j REDIRECT --to-ports ${metadata_port}`,
    ],
  })
}

/** In the agent's own order, which is the order within each chain. */
const steps: readonly Step[] = [
  addScopeChains,
  addFloatingIpChains,
  addMetadataMark,
  addGateway,
  addFloatingIps,
  addScopeMarks,
  addMetadataRedirect,
]
