import type { ChalkInstance } from 'chalk'
import type { Cloud } from '../cloud/cloud.ts'
import type { Guest } from '../cloud/guest.ts'
import { labNames } from '../lab/record.ts'
import type { UpResult } from '../lab/up.ts'
import { metadataUrlOf } from '../neutron/guest-metadata.ts'
import { whyWithoutEffect } from '../neutron/why-without-effect.ts'
import { quoteCommand } from '../plan/shell-quote.ts'
import type { Step } from '../plan/step.ts'
import { colorsFor } from './colors.ts'
import { asTyped, commandName } from './command-name.ts'
import { describeHosts, type HostSummary } from './describe-hosts.ts'
import { describeNamespaces, type NamespaceSummary } from './describe-namespaces.ts'
import { describeRuntime } from './describe-runtime.ts'
import { describeChanges, describeSize } from './describe-size.ts'
import { type Failed, type Fetched, type FirstFetch, metadataServiceNames } from './first-fetch.ts'
import { alignColumns, print, printJson } from './print.ts'
import { renderHosts } from './render-hosts.ts'
import { runtimeOf } from './runtime-of.ts'

interface SummaryOptions {
  readonly seconds: number
  readonly json: boolean
}

/** What a newcomer wants to see of a lab that stands, ending with metadata that a guest has fetched. */
export async function summarize(
  result: UpResult,
  fetch: FirstFetch,
  options: SummaryOptions,
): Promise<void> {
  const { cloud, plan } = result.record
  const [fetched, namespaces] = await Promise.all([fetch.result(), describeNamespaces(plan.steps)])
  const hosts = describeHosts(result.record)
  if (isUnexpectedFailure(fetched)) process.exitCode = 1
  if (options.json)
    return printJson({
      lab: cloud.lab,
      outcome: result.outcome,
      runtime: runtimeOf(result.record),
      hosts,
      namespaces,
      fetched,
    })
  const color = colorsFor('stdout')
  print(
    [
      headline(result, options.seconds, color),
      ...(isSmall(plan.steps, hosts)
        ? renderNamespaces(namespaces, color)
        : renderHosts(hosts, color)),
      ...renderWarning(whyWithoutEffect(cloud), color),
      ...renderFetched(fetched, cloud, color),
      ...renderNext(cloud, hosts, color),
    ].join('\n'),
  )
}

/** One host, on which each namespace can be shown by itself. */
function isSmall(steps: readonly Step[], hosts: readonly HostSummary[]): boolean {
  return (
    hosts.length === 1 && steps.filter(({ kind }) => kind === 'netns').length <= MOST_NAMESPACES
  )
}

const MOST_NAMESPACES = 8

function headline(
  { outcome, record, ...counted }: UpResult,
  seconds: number,
  color: ChalkInstance,
): string {
  const { cloud } = record
  const counts = describeSize(cloud)
  const what = {
    built: `stands: ${counts}`,
    changed: [`stands: ${counts}`, describeChanges(counted)].filter(isSaid).join('; '),
    unchanged: `stands as it is: nothing changes`,
  }[outcome]
  const release = `Neutron ${cloud.neutron.release}, ${describeRuntime(record)}, ${seconds.toFixed(1)} s`
  return `${color.green('✔')} Lab ${color.bold(cloud.lab)} ${what} ${color.dim(`(${release})`)}`
}

/** A change that was only to be ended has none of its own. */
function isSaid(words: string): boolean {
  return words !== ''
}

function renderNamespaces(namespaces: readonly NamespaceSummary[], color: ChalkInstance): string[] {
  return namespaces.flatMap(({ namespace, is, addresses, services, metadataRoute }) => [
    '',
    `${color.bold(namespace)}  ${color.dim(is)}`,
    ...(addresses.length === 0 ? [] : [`  ${addresses.join('  ')}`]),
    ...(metadataRoute === null ? [] : [`  ${metadataRoute}`]),
    ...alignColumns(
      services.map(({ service, listens }) => [`  ${service}`, color.cyan(listens.join('  '))]),
    ),
  ])
}

function renderWarning(warning: string | null, color: ChalkInstance): string[] {
  return warning === null ? [] : ['', `${color.yellow('!')} ${warning}`]
}

/** A guest without metadata although Neutron would serve it is what a lab must not hide. */
function isUnexpectedFailure(fetched: Fetched | null): boolean {
  return fetched !== null && 'problem' in fetched && fetched.reasons.length === 0
}

function renderFetched(fetched: Fetched | null, cloud: Cloud, color: ChalkInstance): string[] {
  if (fetched === null) return []
  const { url } = fetched
  if ('problem' in fetched)
    return [
      '',
      `${color.yellow('!')} ${fetched.instance} gets no metadata from ${url}`,
      ...indent([fetched.problem, ...reasonsOf(fetched, cloud)].join('\n')),
    ]
  const lines = laidOut(fetched.body).split('\n')
  const rest = lines.length > MAX_LINES ? ['  …'] : []
  return [
    '',
    `${color.bold(fetched.instance)} fetched ${url}`,
    ...indent(lines.slice(0, MAX_LINES).map(shorten).join('\n')),
    ...rest,
  ]
}

/** The lab's own services have answered where nothing else explains it, and their logs say why. */
function reasonsOf({ reasons, logged, hint }: Failed, cloud: Cloud): readonly string[] {
  if (reasons.length > 0) return reasons
  if (hint !== null) return [hint]
  const logs = metadataServiceNames(cloud).map(
    service => `\`lab --lab ${cloud.lab} logs ${service}\``,
  )
  return [...logged, asTyped(`${logs.join(' and ')} tell more`)]
}

const MAX_LINES = 8

/** A random seed would fill the screen; two columns are the margin's. */
function shorten(line: string): string {
  const { columns = WIDE } = process.stdout
  const room = Math.min(columns, WIDE) - 2
  return line.length > room ? `${line.slice(0, room - 1)}…` : line
}

const WIDE = 112

/** Over several lines where it is JSON, as nova's is; what something else has answered is shown as it is. */
function laidOut(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    // not JSON
    return body
  }
}

function indent(text: string): string[] {
  return text.split('\n').map(line => `  ${line}`)
}

function renderNext(cloud: Cloud, hosts: readonly HostSummary[], color: ChalkInstance): string[] {
  const guest = cloud.guests.find(({ instance_id }) => instance_id !== null)
  const name = commandName()
  const lab = labNames().length > 1 ? `${name} --lab ${cloud.lab}` : name
  const network = cloud.networks.find(candidate => !candidate['router:external'])
  const busy =
    hosts.length === 1 ? undefined : hosts.find(({ namespaces }) => namespaces.length > 0)
  const commands = [
    ...(guest === undefined ? [] : [`${lab} exec ${guest.name} -- ${fetchLine(cloud, guest)}`]),
    ...(network === undefined ? [] : [`${lab} exec ${network.name} -- ss -lntup`]),
    ...(busy === undefined ? [] : [`${lab} exec ${busy.name} -- ip netns`]),
    `${name} down ${cloud.lab}`,
  ]
  return ['', 'Try next', ...commands.map(command => `  ${color.cyan(command)}`)]
}

/** curl takes brackets for a range without -g. */
function fetchLine(cloud: Cloud, guest: Guest): string {
  const url = `${metadataUrlOf(cloud, guest)}/latest/meta-data/`
  return quoteCommand(['curl', url.includes('[') ? '-gs' : '-s', url])
}
