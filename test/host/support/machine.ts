import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { execa } from 'execa'
import { containersOfLabs, engineHosts } from './engine-hosts.ts'
import { isOwnLabName } from './lab-names.ts'

/** What the machine itself looks like, as lists of lines: everything that a lab must leave as it found it. */
export type MachineSnapshot = Readonly<Record<string, readonly string[]>>

/** Reads the machine's own network, firewall, namespaces, mounts, processes and containers of labs, and the files that labs touch. */
export async function snapshotMachine(): Promise<MachineSnapshot> {
  const entries = await Promise.all(
    COMMANDS.map(async ([name, ...argv]) => [name, await lines(argv)] as const),
  )
  return {
    ...Object.fromEntries(entries),
    sysctls: SYSCTLS.map(key => `${key} ${readFileSync(`/proc/sys/${key}`, 'utf8').trim()}`),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map(mountTarget)
      .filter(isWhereLabsWork)
      .sort(),
    namespaces: listDirectory('/run/netns').filter(name => name !== ABSENT),
    etcNetns: listDirectory('/etc/netns'),
    labs: listDirectory('/var/lib/lab'),
    processes: labProcesses(),
    containers: await labContainers(),
  }
}

const COMMANDS: readonly (readonly [string, ...string[]])[] = [
  ['links', 'ip', '-o', 'link', 'show'],
  ['addresses', 'ip', '-o', 'address', 'show'],
  ['routes', 'ip', 'route', 'show', 'table', 'all'],
  ['policies', 'ip', 'rule', 'show'],
  ['iptables', 'iptables-save'],
  ['ip6tables', 'ip6tables-save'],
]

const SYSCTLS = [
  'net/ipv4/ip_forward',
  'net/ipv4/conf/all/rp_filter',
  'net/ipv6/conf/all/forwarding',
]

/** Lines without what changes by itself: counters, times, remaining lifetimes. */
async function lines([file = '', ...args]: readonly string[]): Promise<string[]> {
  const { stdout } = await execa(file, args, { reject: false })
  return stdout
    .split('\n')
    .filter(line => !line.startsWith('#'))
    .map(line => line.replace(/\[\d+:\d+\]|\b(valid|preferred)_lft \w+|expires \w+/g, ''))
    .sort()
}

function mountTarget(line: string): string {
  return line.split(' ').slice(3, 5).join(' ')
}

/**
 * Users' disks and other people's chroots come and go elsewhere; /run/netns itself is mounted by the first `ip netns`, and
 * the machine's own network namespace by Docker, from its first container on.
 */
function isWhereLabsWork(mount: string): boolean {
  return (
    !/ \/run\/netns$|\/netns\/default$/.test(mount) &&
    /^net:| \/(run\/netns|etc|sys|var\/lib\/lab)\b/.test(mount)
  )
}

function listDirectory(path: string): string[] {
  try {
    return readdirSync(path).sort()
  } catch {
    return [ABSENT]
  }
}

const ABSENT = '(absent)'

/** Live processes that carry the mark of a lab of these tests; others may be at work beside them, out of our sight. */
function labProcesses(): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid => {
      try {
        const marked = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
        const mark = marked.find(entry => entry.startsWith('LAB='))
        if (isHealthcheck(pid)) return []
        return mark === undefined || !isOwnLabName(mark.slice('LAB='.length))
          ? []
          : [`${pid} ${mark} ${readlinkSync(`/proc/${pid}/exe`)}`]
      } catch {
        // it ended meanwhile, or is a kernel thread
        return []
      }
    })
}

/** Engines run them in containers that stand, now and then. */
export function isHealthcheck(pid: string): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('lab-healthcheck')
}

/** Containers of a lab of these tests at the engines that tests use. */
async function labContainers(): Promise<string[]> {
  const lists = Object.values(engineHosts).map(async host =>
    (await containersOfLabs(host))
      .filter(({ Labels }) => isOwnLabName(Labels.lab ?? ''))
      .map(({ Id, Names }) => `${Id.slice(0, 12)} ${Names.join(',')} at ${host}`),
  )
  return (await Promise.all(lists)).flat().sort()
}

/** What differs between two looks at the machine, a line each; empty where nothing does. */
export function changesOfMachine(before: MachineSnapshot, after: MachineSnapshot): string[] {
  return Object.keys(before).flatMap(key => {
    const was = before[key] ?? []
    const is = after[key] ?? []
    return [
      ...was.filter(line => !is.includes(line)).map(line => `${key}: gone: ${line}`),
      ...is.filter(line => !was.includes(line)).map(line => `${key}: new: ${line}`),
    ]
  })
}
