import type { Table, TableName, Tables } from './iptables-tables.ts'
import { append } from './iptables-tables.ts'
import type { IptablesRelease } from './release.ts'

/** What an agent's IptablesManager has in a namespace before any rule of its own. */
export interface ManagedTables {
  readonly family: 4 | 6
  /** The agent's program, cut to 16 characters: every chain of its own begins with it. */
  readonly wrapName: 'neutron-dhcp-age' | 'neutron-l3-agent'
  /** `full` has OUTPUT, POSTROUTING and the SNAT chains; `prerouting` that chain alone. */
  readonly nat: 'full' | 'none' | 'prerouting'
  readonly release: IptablesRelease
}

/**
 * The tables as `IptablesManager` sets them up: each of the kernel's chains jumps to a twin with the agent's name, and
 * `neutron-filter-top` and `neutron-postrouting-bottom` are there to be shared between agents.
 */
export function managedTables({ family, wrapName, nat, release }: ManagedTables): Tables {
  const wrapped = new Map<TableName, Table>(
    release.tables[family].map(name => [name, wrapTable[name](wrapName)]),
  )
  const hasMark = family === 4 && release.markChain
  const tables = hasMark ? append(wrapped, 'mangle', markChain(wrapName)) : wrapped
  return nat === 'none' ? tables : new Map(tables).set('nat', natTable(wrapName, nat, release))
}

const wrapTable = {
  mangle: (wrapName: string) =>
    wrap(wrapName, ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']),
  raw: (wrapName: string) => wrap(wrapName, ['PREROUTING', 'OUTPUT']),
  filter: filterTable,
} as const

function wrap(wrapName: string, kernelChains: readonly string[]): Table {
  return {
    chains: kernelChains.map(chain => `${wrapName}-${chain}`),
    rules: kernelChains.map(chain => `-A ${chain} -j ${wrapName}-${chain}`),
  }
}

function filterTable(wrapName: string): Table {
  const { chains, rules } = wrap(wrapName, ['INPUT', 'OUTPUT', 'FORWARD'])
  return {
    chains: ['neutron-filter-top', `${wrapName}-local`, ...chains],
    rules: [
      '-A FORWARD -j neutron-filter-top',
      '-A OUTPUT -j neutron-filter-top',
      `-A neutron-filter-top -j ${wrapName}-local`,
      ...rules,
    ],
  }
}

/** IPv4 alone has it: for packets from a gateway device, which SNAT must know. */
function markChain(wrapName: string): Table {
  return {
    chains: [`${wrapName}-mark`],
    rules: [`-A ${wrapName}-PREROUTING -j ${wrapName}-mark`],
  }
}

function natTable(
  wrapName: string,
  nat: 'full' | 'prerouting',
  { comments }: IptablesRelease,
): Table {
  if (nat === 'prerouting') return wrap(wrapName, ['PREROUTING'])
  const { chains, rules } = wrap(wrapName, ['PREROUTING', 'OUTPUT', 'POSTROUTING'])
  return {
    chains: ['neutron-postrouting-bottom', `${wrapName}-snat`, `${wrapName}-float-snat`, ...chains],
    rules: [
      ...rules,
      '-A POSTROUTING -j neutron-postrouting-bottom',
      `-A neutron-postrouting-bottom ${comments ? snatComment : ''}-j ${wrapName}-snat`,
      `-A ${wrapName}-snat -j ${wrapName}-float-snat`,
    ],
  }
}

const snatComment = '-m comment --comment "Perform source NAT on outgoing traffic." '
