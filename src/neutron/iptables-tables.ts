/** The tables of one family in one namespace, in the order in which iptables-save prints them. */
export type Tables = ReadonlyMap<TableName, Table>

export type TableName = 'mangle' | 'raw' | 'filter' | 'nat'

export interface Table {
  /** Chains besides the kernel's own, by full name, in any order. */
  readonly chains: readonly string[]
  /** Rules as iptables-save prints them, from `-A`; order matters within a chain only. */
  readonly rules: readonly string[]
}

/** The same tables with chains and rules appended to one of them, which must be there. */
export function append(tables: Tables, name: TableName, more: Partial<Table>): Tables {
  const table = tables.get(name)
  if (table === undefined) throw new Error(`There is no table ${name} to append to`)
  const chains = [...table.chains, ...(more.chains ?? [])]
  return new Map(tables).set(name, { chains, rules: [...table.rules, ...(more.rules ?? [])] })
}

/**
 * Input for iptables-restore that iptables-save (1.8, nf_tables) gives back, comments and counters apart:
 * kernel's chains in hook order, others by name, rules grouped by chain in the same order.
 */
export function renderTables(tables: Tables): string {
  return printOrder
    .flatMap(name => {
      const table = tables.get(name)
      return table === undefined ? [] : renderTable(name, table)
    })
    .map(line => `${line}\n`)
    .join('')
}

const printOrder: readonly TableName[] = ['mangle', 'raw', 'filter', 'nat']

function renderTable(name: TableName, { chains, rules }: Table): string[] {
  const ownChains = [...chains].sort()
  return [
    `*${name}`,
    ...kernelChains[name].map(chain => `:${chain} ACCEPT [0:0]`),
    ...ownChains.map(chain => `:${chain} - [0:0]`),
    ...[...kernelChains[name], ...ownChains].flatMap(chain =>
      rules.filter(rule => rule.startsWith(`-A ${chain} `)),
    ),
    'COMMIT',
  ]
}

const kernelChains: Readonly<Record<TableName, readonly string[]>> = {
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  raw: ['PREROUTING', 'OUTPUT'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
}
