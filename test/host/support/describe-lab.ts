import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Step } from '../../../src/plan/step.ts'
import { waitFor } from './lab.ts'
import { isHealthcheck } from './machine.ts'
import { linesOf, listenersIn, readIn, rulesIn, sysctlsIn } from './namespace.ts'
import type { BuiltLab } from './standing-labs.ts'

/** All that the machine shows of a lab, without what changes from one building to the next: pids, times, leases. */
export async function describeOnMachine({ name, plan, statePath }: BuiltLab) {
  const namespaces = plan.steps.flatMap(step => (step.kind === 'netns' ? [step.namespace] : []))
  await waitFor('duplicate address detection', () => areSettled(namespaces))
  const entries = namespaces.map(
    async namespace => [namespace, await describeNamespace(namespace, plan.steps)] as const,
  )
  return {
    namespaces: Object.fromEntries(await Promise.all(entries)),
    files: [
      ...describeFiles(statePath),
      ...namespaces.flatMap(namespace => describeFiles(`/etc/netns/${namespace}`)),
    ],
    processes: describeProcesses(name),
  }
}

async function areSettled(namespaces: readonly string[]): Promise<boolean> {
  const seen = namespaces.map(name => readIn(name, 'ip', '-6', 'address', 'show', 'tentative'))
  return (await Promise.all(seen)).every(text => text === '')
}

async function describeNamespace(namespace: string, steps: readonly Step[]) {
  const sysctls = steps.flatMap(step =>
    step.kind === 'sysctl' && step.namespace === namespace ? Object.keys(step.settings) : [],
  )
  return {
    links: describeLinks(await readIn(namespace, 'ip', '-d', '-o', 'link', 'show')),
    addresses: describeAddresses(await readIn(namespace, 'ip', '-o', 'address', 'show')),
    routes: describeRoutes(await readIn(namespace, 'ip', 'route', 'show', 'table', 'all')),
    routes6: describeRoutes(await readIn(namespace, 'ip', '-6', 'route', 'show', 'table', 'all')),
    sysctls: sysctls.length === 0 ? {} : await sysctlsIn(namespace, sysctls),
    rules: await rulesIn(namespace, 'iptables-save'),
    rules6: await rulesIn(namespace, 'ip6tables-save'),
    // dnsmasq follows the kernel's own link-local addresses in its own time
    listeners: (await listenersIn(namespace)).filter(
      listener => !listener.includes('[fe80::f816:'),
    ),
  }
}

/** Name, state, MTU, MAC, bridge and kind; not the indices, nor MACs that the kernel draws. */
function describeLinks(text: string): string[] {
  return linesOf(text)
    .map(line => {
      const word = (pattern: RegExp) => pattern.exec(line)?.[1] ?? '-'
      return [
        word(/^\d+: ([^@:]+)/),
        word(/<(\S+)>/),
        word(/ mtu (\d+)/),
        isDrawn(line) ? '(random)' : word(/ link\/\S+ (\S+)/),
        word(/ master (\S+)/),
        word(/ (veth|bridge|loopback|vxlan) /),
        word(/ stp_state (\d)/),
        word(/ forward_delay (\d+)/),
        word(/ mcast_snooping (\d)/),
      ].join(' ')
    })
    .sort()
}

/** Those of bridges, which are of a port of theirs if they have one, of tunnels and of cables between hosts. */
function isDrawn(line: string): boolean {
  const isBetweenHosts = /^\d+: (eth-|vxlan-|[0-9a-f]{6}-)/.test(line)
  return (
    isBetweenHosts ||
    / br-(mgmt|vxlan): /.test(line) ||
    (/ brq/.test(line) && / bridge /.test(line))
  )
}

/** Routes that a router has advertised last for a while. */
function describeRoutes(text: string): string[] {
  return linesOf(text)
    .map(line => line.replace(/ expires \d+sec/, ''))
    .sort()
}

function describeAddresses(text: string): string[] {
  return linesOf(text)
    .map(line =>
      line
        .replace(/^\d+: /, '')
        .replace(/\\.*$/, '')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .sort()
}

/** Path, mode, owner and content below a directory, the directory itself included. */
function describeFiles(path: string): string[] {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return [`${path} is not there`]
  const head = `${path} ${(found.mode & 0o7777).toString(8)} ${found.uid}:${found.gid}`
  if (found.isDirectory())
    return [
      head,
      ...readdirSync(path)
        .sort()
        .flatMap(name => describeFiles(join(path, name))),
    ]
  return [`${head} ${found.isFile() ? cleanContent(path) : 'socket'}`]
}

function cleanContent(path: string): string {
  if (/\/log\/|journal\.jsonl$/.test(path)) return '(grows)'
  const text = readFileSync(path, 'utf8')
  if (path.includes('/ssl/')) return '(random)'
  if (/\/pid$|\.pid(\.\w+)?$/.test(path)) return text.replace(/\d+/, '(pid)')
  // the expiry of leases, in dnsmasq's own file and in those that the record says were written
  return text
    .replace(/(?<!\d)1[789]\d{8}(?!\d)/g, '(time)')
    .split('\n')
    .sort()
    .join('\n')
}

/**
 * The same as lines, `files: /var/lib/lab/…`, so that two labs can be told apart by the lines that only one of them has.
 */
export function linesOfDescription(value: unknown, place = ''): string[] {
  if (typeof value !== 'object' || value === null) return [`${place}: ${value}`]
  return Object.entries(value).flatMap(([key, member]) =>
    linesOfDescription(member, Array.isArray(value) ? place : `${place} ${key}`.trim()),
  )
}

/** Command lines with what marks a process as the lab's. */
function describeProcesses(lab: string): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
        if (!environment.includes(`LAB=${lab}`) || isHealthcheck(pid)) return []
        const marks = environment.filter(entry => /^(LAB|PROCESS_TAG|LEASE_FILE)=/.test(entry))
        const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ')
        return [[...marks.sort(), argv.trim()].join(' ')]
      } catch {
        // it ended meanwhile
        return []
      }
    })
    .sort()
}
