import { existsSync, readFileSync } from 'node:fs'
import { Chalk, type ChalkInstance } from 'chalk'
import type { Cloud, Instance } from '../cloud/cloud.ts'
import { fetchAsGuest } from '../lab/guest-fetch.ts'
import { labNames } from '../lab/record.ts'
import type { UpResult } from '../lab/up.ts'
import { readNamespace } from '../linux/read-ip.ts'
import type { SeenRoute } from '../plan/ip-differences.ts'
import type { ServiceStep, Step } from '../plan/step.ts'
import { describeListener } from '../runtime/process/missing-listeners.ts'
import { alignColumns, print, printJson } from './print.ts'

interface SummaryOptions {
  readonly seconds: number
  readonly json: boolean
}

/** What a newcomer wants to see of a lab that stands, ending with metadata that a guest has fetched. */
export async function summarize(result: UpResult, options: SummaryOptions): Promise<void> {
  const { cloud, plan } = result.record
  const fetched = await fetchFirst(cloud)
  const namespaces = await describeNamespaces(plan.steps)
  if (options.json)
    return printJson({ lab: cloud.lab, outcome: result.outcome, namespaces, fetched })
  const color = new Chalk(process.stdout.isTTY ? {} : { level: 0 })
  print(
    [
      headline(result, options.seconds, color),
      ...renderNamespaces(namespaces, color),
      ...renderFetched(fetched, color),
      ...renderNext(cloud, color),
    ].join('\n'),
  )
}

function headline(
  { outcome, made, record }: UpResult,
  seconds: number,
  color: ChalkInstance,
): string {
  const { cloud } = record
  const counts = [
    count(cloud.networks.length, 'network'),
    ...(cloud.routers.length === 0 ? [] : [count(cloud.routers.length, 'router')]),
    count(cloud.instances.length, 'instance'),
  ].join(', ')
  const what = {
    built: `stands: ${counts}`,
    changed: `stands: ${counts}; ${count(made, 'resource')} made anew`,
    unchanged: `stands as it is: nothing changes`,
  }[outcome]
  const release = `Neutron ${cloud.neutron.release}, processes, ${seconds.toFixed(1)} s`
  return `${color.green('✔')} Lab ${color.bold(cloud.lab)} ${what} ${color.dim(`(${release})`)}`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

interface NamespaceSummary {
  readonly namespace: string
  readonly is: string
  readonly addresses: readonly string[]
  readonly listeners: readonly { readonly service: string; readonly listener: string }[]
  readonly metadataRoute: string | null
}

async function describeNamespaces(steps: readonly Step[]): Promise<NamespaceSummary[]> {
  const namespaces = steps.filter(step => step.kind === 'netns')
  const shown = namespaces.slice(0, MAX_NAMESPACES)
  return await Promise.all(
    shown.map(async step => describeNamespace(step.namespace, step.why, steps)),
  )
}

const MAX_NAMESPACES = 12

async function describeNamespace(
  namespace: string,
  why: string,
  steps: readonly Step[],
): Promise<NamespaceSummary> {
  const { links, routes } = await readNamespace(namespace)
  const services = steps.filter(
    (step): step is ServiceStep => step.kind === 'service' && step.namespace === namespace,
  )
  return {
    namespace,
    is: why.split(':')[0] ?? why,
    addresses: links
      .filter(({ ifname }) => ifname !== 'lo')
      .flatMap(({ addr_info = [] }) => addr_info.filter(isWorthShowing).map(addressText)),
    listeners: services.flatMap(({ service, listens }) =>
      listens.map(listener => ({ service, listener: describeListener(listener) })),
    ),
    metadataRoute: metadataRouteOf(namespace, routes),
  }
}

interface SeenAddress {
  readonly local?: string
  readonly prefixlen?: number
}

/** The kernel's own link-local addresses are no news; the metadata address is. */
function isWorthShowing({ local = '' }: SeenAddress): boolean {
  return !local.startsWith('fe80:') || local === 'fe80::a9fe:a9fe'
}

function addressText({ local, prefixlen }: SeenAddress): string {
  return `${local}/${prefixlen}`
}

function metadataRouteOf(namespace: string, routes: readonly SeenRoute[]): string | null {
  if (!namespace.startsWith('lab-')) return null
  const route = routes.find(({ dst }) => dst === '169.254.169.254')
  return route === undefined ? null : `169.254.169.254 via ${route.gateway} dev ${route.dev}`
}

function renderNamespaces(namespaces: readonly NamespaceSummary[], color: ChalkInstance): string[] {
  return namespaces.flatMap(({ namespace, is, addresses, listeners, metadataRoute }) => [
    '',
    `${color.bold(namespace)}  ${color.dim(is)}`,
    ...(addresses.length === 0 ? [] : [`  ${addresses.join('  ')}`]),
    ...(metadataRoute === null ? [] : [`  ${metadataRoute}`]),
    ...alignColumns(
      listeners.map(({ service, listener }) => [`  ${service}`, color.cyan(listener)]),
    ),
  ])
}

type Fetched =
  | { readonly instance: string; readonly path: string; readonly body: string }
  | { readonly instance: string; readonly path: string; readonly problem: string }

const FETCH_PATH = '/openstack/latest/meta_data.json'

async function fetchFirst(cloud: Cloud): Promise<Fetched | null> {
  const instance =
    cloud.instances.find(candidate => hasLease(cloud, candidate)) ?? cloud.instances[0]
  if (instance === undefined) return null
  const about = { instance: instance.name, path: FETCH_PATH }
  try {
    return { ...about, body: await fetchAsGuest(cloud, instance, FETCH_PATH) }
  } catch (error) {
    return { ...about, problem: error instanceof Error ? error.message : String(error) }
  }
}

function hasLease(cloud: Cloud, instance: Instance): boolean {
  const path = `${cloud.neutron.state_path}/guests/${instance.name}/eth0.lease`
  return existsSync(path) && readFileSync(path, 'utf8').includes('169.254.169.254')
}

function renderFetched(fetched: Fetched | null, color: ChalkInstance): string[] {
  if (fetched === null) return []
  const url = `http://169.254.169.254${fetched.path}`
  if ('problem' in fetched)
    return [
      '',
      `${color.yellow('!')} ${fetched.instance} gets no metadata from ${url}`,
      ...indent(fetched.problem),
    ]
  const lines = JSON.stringify(JSON.parse(fetched.body), null, 2).split('\n')
  const rest = lines.length > MAX_LINES ? ['  …'] : []
  return [
    '',
    `${color.bold(fetched.instance)} fetched ${url}`,
    ...indent(lines.slice(0, MAX_LINES).join('\n')),
    ...rest,
  ]
}

const MAX_LINES = 8

function indent(text: string): string[] {
  return text.split('\n').map(line => `  ${line}`)
}

function renderNext(cloud: Cloud, color: ChalkInstance): string[] {
  const [instance] = cloud.instances
  const lab = labNames().length > 1 ? `lab --lab ${cloud.lab}` : 'lab'
  const network = cloud.networks.find(candidate => !candidate['router:external'])
  const commands = [
    ...(instance === undefined
      ? []
      : [`${lab} exec ${instance.name} -- curl -s http://169.254.169.254/latest/meta-data/`]),
    ...(network === undefined ? [] : [`${lab} exec ${network.name} -- ss -lntup`]),
    `lab down ${cloud.lab}`,
  ]
  return ['', 'Try next', ...commands.map(command => `  ${color.cyan(`sudo ${command}`)}`)]
}
