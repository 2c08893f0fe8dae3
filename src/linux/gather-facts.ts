import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ContainerFacts, MachineFacts } from '../cloud/machine-facts.ts'

/** Looks up what the pure half must know of this machine. Needs no root and starts no process. */
export function gatherFacts(containers: ContainerFacts | null = null): MachineFacts {
  return {
    ipv6: hasIpv6(),
    sysctls: OPTIONAL_SYSCTL_DIRECTORIES.flatMap(listSysctls),
    ...findServiceUser(),
    nowSeconds: Math.floor(Date.now() / 1000),
    node: process.execPath,
    root: projectRoot,
    compileCache: process.env.NODE_COMPILE_CACHE ?? '',
    containers,
  }
}

/** The root of the project's checkout. */
export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

const OPTIONAL_SYSCTL_DIRECTORIES = ['net/netfilter', 'net/bridge', 'net/ipv6/conf/default']

/** As Neutron asks (neutron/common/ipv6_utils.is_enabled_and_bind_by_default): on unless switched off by default. */
function hasIpv6(): boolean {
  const path = '/proc/sys/net/ipv6/conf/default/disable_ipv6'
  return existsSync(path) && readFileSync(path, 'utf8').trim() === '0'
}

function listSysctls(directory: string): string[] {
  const path = `/proc/sys/${directory}`
  if (!existsSync(path)) return []
  return readdirSync(path).map(name => `${directory.replaceAll('/', '.')}.${name}`)
}

/** Neutron's own user where the machine has it, else the one that every machine has for services without rights. */
function findServiceUser(): Pick<MachineFacts, 'user' | 'group' | 'uid' | 'gid'> {
  const users = readTable('/etc/passwd')
  const row =
    users.find(([name]) => name === 'neutron') ?? users.find(([name]) => name === 'nobody')
  const [user = 'nobody', , uid = '65534', gid = '65534'] = row ?? []
  const groupRow = readTable('/etc/group').find(([, , id]) => id === gid)
  return { user, group: groupRow?.[0] ?? 'nogroup', uid: Number(uid), gid: Number(gid) }
}

function readTable(path: string): string[][] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => line.split(':'))
}
