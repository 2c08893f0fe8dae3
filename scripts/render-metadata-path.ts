import type { Cloud, Network, Subnet } from '../src/cloud/cloud.ts'
import { deriveCloud } from '../src/cloud/derive-cloud.ts'
import { addressTable, ipv6AddressTable } from '../src/neutron/decisions/address-tables.ts'
import { answerTable } from '../src/neutron/decisions/answer-table.ts'
import { nexthopTable } from '../src/neutron/decisions/nexthop-table.ts'
import { proxyTable } from '../src/neutron/decisions/proxy-table.ts'
import { routerTable } from '../src/neutron/decisions/router-table.ts'
import { senderTable } from '../src/neutron/decisions/sender-table.ts'
import { sharedIdTable } from '../src/neutron/decisions/shared-id-table.ts'
import {
  type DecisionTable,
  describeReleases,
  releasesOfRows,
} from '../src/neutron/decisions/table.ts'
import { optsFile } from '../src/neutron/dnsmasq-opts.ts'
import { metadataAnswer } from '../src/neutron/metadata-decisions.ts'
import { neutronRelease } from '../src/neutron/release.ts'
import { readTopology } from '../src/topology/read-topology.ts'
import { type ReleaseName, releaseNames } from '../src/topology/release-names.ts'
import { type MetadataCase, metadataCases, topologyOf } from './metadata-cases.ts'

/** docs/metadata-path.md, made of the tables that the code decides by. */
export function renderMetadataPath(): string {
  return `${[
    ...introduction.map(paragraph),
    ...renderCases(),
    ...renderTable(proxyTable),
    ...renderTable(senderTable),
    ...renderTable(nexthopTable),
    ...renderTable(addressTable),
    ...renderTable(ipv6AddressTable),
    ...renderTable(routerTable),
    ...renderTable(answerTable),
    ...renderTable(sharedIdTable),
    ...closing.map(paragraph),
  ].join('\n\n')}\n`
}

const introduction = [
  '# Who answers 169.254.169.254, and by what route',
  '<!-- Made of src/neutron/decisions by `make docs`; change it there. -->',
  'A guest asks http://169.254.169.254/ for metadata. With ML2/OVS or Linux bridges two places can answer it: `qdhcp-<network id>`, the namespace of its DHCP server, where the address stands on the port and a proxy listens on port 80; and `qrouter-<router id>`, where netfilter catches the address and redirects to a proxy. Which of them does follows from two decisions that know nothing of each other: whether a proxy runs in qdhcp (a), and which next hop DHCP tells guests (b). The tables below are those that lab itself decides by, for every release of Neutron from Havana on, taken from its source as the last point release of each has it.',
  'Read a table from above: the first row that holds, of those that the release has, decides. “The agent” is neutron-dhcp-agent or neutron-l3-agent as the title says, and it decides by what it knows: up to Liberty a DHCP agent is not told when a router is attached, so that 169.254.169.254 leads to the DHCP server until the agent fetches the network anew, be it by a restart. From Mitaka on it is told within a second, and what lags behind is the guest, until it renews its lease.',
  'To see it: `lab up dhcp-mode` ([its file](../topologies/dhcp-mode.yaml)) is the first case below, `lab up router-mode` ([its file](../topologies/router-mode.yaml)) the third; [topologies/](../topologies) has more, and `lab up FILE --release NAME` shows another release’s answer. `lab up` ends with the fetch of a guest, or with the reason why Neutron serves none, in the words that stand in italics below.',
]

const closing = [
  '## What no table decides',
  'What has become of it shows on the spot: `lab exec GUEST -- ip route` has the next hop that the guest was told, `lab exec NETWORK -- ss -lntp` a proxy on 169.254.169.254:80 in qdhcp where one runs, `lab exec ROUTER -- iptables-save -t nat` the redirection.',
  '- **Time.** A guest keeps its route until it renews: half of `dhcp_lease_duration`, twelve hours by default. After a router has come, a guest with the old route is refused by qdhcp; after one has gone, its route leads to a gateway that is no more.\n- **Cut paths.** With `force_metadata` behind a router both places answer; the next hop says which is asked. Where that one is gone, nothing falls back to the other until the next lease.\n- **Metadata networks until Ocata.** dnsmasq is told no netmask for its ranges and takes the one of 169.254.169.254/16 for a subnet inside it: its guests have the metadata address on the link, and qdhcp answers them whatever route there is.\n- **Other addresses.** 169.254.169.253 and 169.254.169.123 are no addresses of Neutron’s; nobody answers there.\n- **ML2/OVN** (`mechanism_driver: ovn`) has no such tables: `ovnmeta-<network id>` on the guest’s own host answers, with a router or without, and DHCP routes 169.254.169.254 to the metadata port on each IPv4 subnet that has DHCP. The rows about that port above are for DHCP agents beside OVN. [topologies/ovn-mode.yaml](../topologies/ovn-mode.yaml) says what of it a lab has from OVN and what it has not.',
]

function renderTable<Facts, Outcome>(table: DecisionTable<Facts, Outcome>): string[] {
  const { title, about, rows } = table
  const releases = releasesOfRows(table)
  return [
    `## ${title}`,
    paragraph(about),
    columns(
      ['', 'Where', 'Result', 'Releases'],
      rows.map((row, at) => [String(at + 1), row.condition, row.result, releases[at] ?? '']),
    ),
    'For a guest, and why:',
    rows
      .map(({ guest, why }, at) => item(`${at + 1}.`, `${guest} *${capitalized(why)}.*`))
      .join('\n'),
    paragraph(`Source: ${describeSources(rows)}.`),
  ]
}

function capitalized(text: string): string {
  return text.replace(/^[a-z](?=[a-z]* )/, letter => letter.toUpperCase())
}

/** Each source once, with the numbers of its rows where there are several. */
function describeSources(rows: readonly { readonly source: string }[]): string {
  const bySource = Map.groupBy(rows.keys(), at => rows[at]?.source ?? '')
  if (bySource.size === 1) return rows[0]?.source ?? ''
  return [...bySource]
    .map(([source, at]) => `${at.map(index => index + 1).join(', ')}: ${source}`)
    .join('; ')
}

/** Every case with what each release makes of it; releases that make the same of it share a line. */
function renderCases(): string[] {
  return [
    '## What guests are told, case by case',
    paragraph(
      'One subnet, 10.0.0.0/24, with the DHCP port on .2 and, where nothing else is said, the gateway .1. The default route is repeated at the end of options 121 and 249, since a client that takes them ignores option 3 (RFC 3442). Option 249 is Microsoft’s number for the same.',
    ),
    columns(
      ['Case', 'Releases', 'Options 121 and 249', 'Option 3', 'Answers'],
      metadataCases.flatMap(renderCase),
    ),
  ]
}

function renderCase(metadataCase: MetadataCase): string[][] {
  const told = releaseNames
    .filter(release => knowsOptions(metadataCase, release))
    .map(release => ({ release, cells: cellsOf(topologyOf(metadataCase, release)) }))
  const byCells = Map.groupBy(told, ({ cells }) => cells.join(' | '))
  return [...byCells.values()].map((group, at) => [
    at === 0 ? metadataCase.title : '',
    describeReleases(name => group.some(({ release }) => release === name)),
    ...(group[0]?.cells ?? []),
  ])
}

/** force_metadata is no option before Liberty. */
function knowsOptions({ dhcp_agent }: MetadataCase, release: ReleaseName): boolean {
  return dhcp_agent.force_metadata === undefined || neutronRelease(release).forceMetadata
}

function cellsOf(topology: string): string[] {
  const cloud = cloudOf(topology)
  const [network] = cloud.networks
  const [subnet] = network?.subnets ?? []
  if (network === undefined || subnet === undefined) throw new Error('a case without a subnet')
  return [
    optionOf(cloud, network, 'option:classless-static-route') ?? 'not sent',
    optionOf(cloud, network, 'option:router') || 'none',
    answerOf(cloud, subnet),
  ]
}

function answerOf(cloud: Cloud, subnet: Subnet): string {
  return metadataAnswer(cloud, subnet).by ?? 'nobody'
}

/** What stands behind an option's name in `opts`; undefined where it is not written. */
function optionOf(cloud: Cloud, network: Network, name: string): string | undefined {
  const line = optsFile(cloud, network)
    .split('\n')
    .find(candidate => candidate.split(',')[1] === name)
  return line?.split(',').slice(2).join(',')
}

function cloudOf(text: string): Cloud {
  const reading = readTopology({ path: 'case.yaml', text })
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes))
  return deriveCloud(reading.topology, { lab: 'case', secret: 'secret' })
}

/** A table whose columns line up in the file, too. */
function columns(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, at) =>
    Math.max(3, title.length, ...rows.map(row => row[at]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, at) => (cells[at] ?? '').padEnd(width)).join(' | ')} |`
  const rule = `| ${widths.map(width => '-'.repeat(width)).join(' | ')} |`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

function paragraph(text: string): string {
  return text
    .split('\n')
    .map(line => (line.startsWith('- ') ? item('-', line.slice(2)) : wrap(line, '')))
    .join('\n')
}

function item(mark: string, text: string): string {
  const indent = ' '.repeat(mark.length + 1)
  return wrap(`${mark} ${text}`, indent)
}

/** At most 100 columns where words allow. */
function wrap(text: string, indent: string): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= 100)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(last === undefined ? word : `${indent}${word}`)
  }
  return lines.join('\n')
}
