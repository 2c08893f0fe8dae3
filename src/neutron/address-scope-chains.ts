import type { ManagedTables } from './iptables-manager.ts'
import { append, type Tables } from './iptables-tables.ts'

/**
 * The tables with what marks packets by the address scope they come from, and drops them where they would enter another.
 * `RouterInfo.initialize_address_scope_iptables`; in Mitaka `IptablesManager` itself, so DHCP's namespaces have it, too.
 */
export function addScopeChains(
  tables: Tables,
  { family, wrapName }: Pick<ManagedTables, 'family' | 'wrapName'>,
): Tables {
  const withMangle = append(tables, 'mangle', {
    chains: [`${wrapName}-scope`],
    rules: [
      `-A ${wrapName}-PREROUTING -j ${wrapName}-scope`,
      `-A ${wrapName}-PREROUTING -m connmark ! --mark 0x0/${scopeMask} -j CONNMARK --restore-mark ${scopeBits}`,
    ],
  })
  const withFilter = append(withMangle, 'filter', {
    chains: [`${wrapName}-scope`],
    rules: [`-A ${wrapName}-FORWARD -j ${wrapName}-scope`],
  })
  return family === 6 ? withFilter : addFloatingIpChains(withFilter, wrapName)
}

function addFloatingIpChains(tables: Tables, wrapName: string): Tables {
  return append(tables, 'mangle', {
    chains: [`${wrapName}-floatingip`, `${wrapName}-float-snat`],
    rules: [
      `-A ${wrapName}-PREROUTING -j ${wrapName}-floatingip`,
      `-A ${wrapName}-float-snat ${saveScopeOfNewConnection}`,
    ],
  })
}

/** The upper half of the mark. */
const scopeMask = '0xffff0000'
const scopeBits = `--nfmask ${scopeMask} --ctmask ${scopeMask}`

/** The end of a rule that keeps the scope which a connection begins in. */
export const saveScopeOfNewConnection = `-m connmark --mark 0x0/${scopeMask} -j CONNMARK --save-mark ${scopeBits}`

/** The first of the ids from 1024 on, as marks have it. */
export const defaultScope = `0x4000000/${scopeMask}`
