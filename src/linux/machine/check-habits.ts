import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { gatherFacts } from '../gather-facts.ts'
import { isRoot } from '../is-root.ts'
import { commandLineOf, environmentOfProcess } from '../process-table.ts'
import { systemDirectories } from '../system-path.ts'
import { type Finding, ok, unchecked, warning } from './finding.ts'

/** What machines do in different ways, none of which keeps a lab from standing. Starts no process. */
export function checkHabits(stateDirectory: string): readonly Finding[] {
  return [checkIptablesVariant(), checkIpv6(), checkRequestLog(), checkLeftovers(stateDirectory)]
}

/** Rules of one variant are not shown by the tools of the other, and both apply. */
function checkIptablesVariant(): Finding {
  const path = systemDirectories.map(folder => `${folder}/iptables-restore`).find(existsSync)
  if (path === undefined)
    return unchecked(VARIANT, 'iptables is not installed', 'lab doctor --install')
  const isLegacy = realpathSync(path).includes('legacy')
  if (isLegacy) {
    return warning(
      VARIANT,
      'iptables is the legacy variant; iptables-save will not look as on a node of today',
      'update-alternatives --set iptables /usr/sbin/iptables-nft',
    )
  }
  const tables = legacyTables()
  if (tables === null)
    return unchecked(VARIANT, 'nft; legacy rules are only shown to root', 'sudo lab doctor')
  if (tables.length === 0) return ok(VARIANT, 'nft, and no legacy tables beside it')
  return warning(
    VARIANT,
    `nft, and legacy tables beside it: ${tables.join(', ')}`,
    "Nothing for labs: their namespaces have tables of their own. The machine's: iptables-legacy-save",
  )
}

function legacyTables(): readonly string[] | null {
  try {
    const paths = ['/proc/net/ip_tables_names', '/proc/net/ip6_tables_names'].filter(existsSync)
    return [...new Set(paths.flatMap(path => readFileSync(path, 'utf8').split('\n')))].filter(
      Boolean,
    )
  } catch {
    // The list is there, and not ours to read.
    return null
  }
}

function checkIpv6(): Finding {
  if (gatherFacts().ipv6) return ok(IPV6, 'on')
  return warning(
    IPV6,
    'off',
    'sysctl -w net.ipv6.conf.default.disable_ipv6=0, and no ipv6.disable=1 at boot',
  )
}

function checkRequestLog(): Finding {
  if (existsSync('/dev/log')) return ok(REQUEST_LOG, '/dev/log')
  return warning(
    REQUEST_LOG,
    'there is no /dev/log',
    'Install a syslog daemon if you want them: rsyslog',
  )
}

/** Every process of a lab carries the lab's name; one whose lab has no state any more was left behind. */
function checkLeftovers(stateDirectory: string): Finding {
  if (!isRoot()) return unchecked(LEFTOVERS, "only root sees others' processes", 'sudo lab doctor')
  const left = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => isLeftOver(pid, stateDirectory))
  if (left.length === 0) return ok(LEFTOVERS, 'none')
  const shown = left.slice(0, 3).map(pid => `${pid} ${commandLineOf(pid).slice(0, 60)}`)
  const more = left.length > shown.length ? ` and ${left.length - shown.length} more` : ''
  return warning(
    LEFTOVERS,
    `processes of labs that have no state here: ${shown.join('; ')}${more}`,
    'If their labs are gone and not in another container: kill <pid>',
  )
}

function isLeftOver(pid: number, stateDirectory: string): boolean {
  const lab = environmentOfProcess(pid).get('LAB')
  return lab !== undefined && /^[\w.-]+$/.test(lab) && !existsSync(`${stateDirectory}/${lab}`)
}

const VARIANT = {
  id: 'iptables-variant',
  title: 'iptables variant',
  why: 'rules of nft and legacy apply side by side, and the tools of one do not show the other',
}

const IPV6 = {
  id: 'ipv6',
  title: 'IPv6',
  why: 'without it Neutron leaves out fe80::a9fe:a9fe and the IPv6 rules, and so does a lab',
}

const REQUEST_LOG = {
  id: 'request-log',
  title: 'Request log',
  why: 'haproxy writes a line for each request there, as Neutron configures it; without it they are lost',
}

const LEFTOVERS = {
  id: 'leftovers',
  title: 'Leftovers',
  why: 'what a lab has left behind holds memory, addresses and names',
}
