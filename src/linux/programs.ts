import { accessSync, constants, statSync } from 'node:fs'
import { sudoPrefix } from './is-root.ts'
import { systemDirectories } from './system-path.ts'

/** A program that a lab needs of the machine. */
export interface Program {
  /** As it is called. */
  readonly name: string
  readonly debianPackage: string
  /** What a lab does with it. */
  readonly why: string
  /** The machine-wide service that the Debian package brings and that a lab has no use for. */
  readonly service?: string
}

/** Every program that every lab calls. With those below it, the one place that names Debian packages. */
export const programs: readonly Program[] = [
  { name: 'ip', debianPackage: 'iproute2', why: 'makes namespaces, links, addresses and routes' },
  { name: 'iptables-restore', debianPackage: 'iptables', why: "loads the L3 agent's IPv4 rules" },
  { name: 'iptables-save', debianPackage: 'iptables', why: 'reads the rules back' },
  { name: 'ip6tables-restore', debianPackage: 'iptables', why: "loads the agents' IPv6 rules" },
  { name: 'ip6tables-save', debianPackage: 'iptables', why: 'reads the IPv6 rules back' },
  { name: 'dnsmasq', debianPackage: 'dnsmasq-base', why: 'answers DHCP and DNS in each network' },
  {
    name: 'dhcp_release',
    debianPackage: 'dnsmasq-utils',
    why: 'gives up the leases of ports that are gone',
  },
  {
    name: 'dhcp_release6',
    debianPackage: 'dnsmasq-utils',
    why: 'gives up their IPv6 leases',
  },
  {
    name: 'haproxy',
    debianPackage: 'haproxy',
    why: 'is the metadata proxy in qdhcp-* and qrouter-*',
    service: 'haproxy',
  },
  { name: 'udhcpc', debianPackage: 'udhcpc', why: "is the guests' DHCP client" },
  { name: 'curl', debianPackage: 'curl', why: "fetches metadata in the guests' namespaces" },
  { name: 'sysctl', debianPackage: 'procps', why: 'sets what each namespace forwards and accepts' },
  { name: 'nsenter', debianPackage: 'util-linux', why: 'runs commands in a namespace' },
  { name: 'unshare', debianPackage: 'util-linux', why: 'makes throw-away namespaces' },
  { name: 'setpriv', debianPackage: 'util-linux', why: 'takes root away from services' },
  { name: 'setsid', debianPackage: 'util-linux', why: 'lets services outlive the command' },
]

/** Programs that some topologies need, by name. */
export const optionalPrograms = {
  dhclient: {
    name: 'dhclient',
    debianPackage: 'isc-dhcp-client',
    why: 'is the DHCPv6 client of guests on subnets that have DHCPv6',
  },
  radvd: {
    name: 'radvd',
    debianPackage: 'radvd',
    why: 'announces the IPv6 subnets that are on routers',
    service: 'radvd',
  },
  openssl: {
    name: 'openssl',
    debianPackage: 'openssl',
    why: "makes the certificate of a nova-api-metadata that speaks TLS, and the lab's own authority",
  },
} as const satisfies Readonly<Record<string, Program>>

export type OptionalProgram = keyof typeof optionalPrograms

export const optionalProgramNames: readonly OptionalProgram[] = ['dhclient', 'radvd', 'openssl']

/**
 * The programs that every lab needs, and those besides, that no system directory has. Asks the file system alone; costs
 * under a millisecond.
 */
export function findMissingPrograms(
  directories: readonly string[] = systemDirectories,
  besides: readonly OptionalProgram[] = [],
): readonly Program[] {
  return [...programs, ...besides.map(name => optionalPrograms[name])].filter(
    ({ name }) => !isInstalled(name, directories),
  )
}

/** The Debian packages that bring `missing`, each once. */
export function debianPackagesOf(missing: readonly Program[]): readonly string[] {
  return [...new Set(missing.map(program => program.debianPackage))]
}

/** What to type to install what is missing, on Debian and its like. */
export function installLine(absent: readonly Program[]): string {
  return `${sudoPrefix()}apt-get install --no-install-recommends ${debianPackagesOf(absent).join(' ')}`
}

/** Whether a system directory has the program, executable. */
export function isInstalled(
  name: string,
  directories: readonly string[] = systemDirectories,
): boolean {
  return directories.some(directory => isExecutableFile(`${directory}/${name}`))
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    // Not there, a dangling link, or not for us to run: all of them mean that it cannot be called.
    return false
  }
}
