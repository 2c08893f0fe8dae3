import { readIfThere } from '../../../lab/read-if-there.ts'
import type { ImageEntry } from './image-content.ts'

/** The machine's own ids of the users and groups that services run as, and nothing else of its accounts. */
export function accountFiles(read: (path: string) => string | null = readIfThere): ImageEntry[] {
  return [
    text('/etc/passwd', pick(read('/etc/passwd'), USERS)),
    text('/etc/group', pick(read('/etc/group'), GROUPS).replace(MEMBERS, '')),
    text('/etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'),
  ]
}

const USERS = ['root', 'nobody', 'neutron', 'haproxy', 'dnsmasq', 'radvd']
const GROUPS = ['root', 'nogroup', 'nobody', 'neutron', 'haproxy', 'dnsmasq', 'dip', 'radvd']

/** After the id of a group, to the end of its line. */
const MEMBERS = /(?<=^[^:]*:[^:]*:\d+:).*$/gm

/** In the order of `names`; a password of theirs, where a machine has no shadow files, stays there. */
function pick(table: string | null, names: readonly string[]): string {
  const lines = (table ?? '').split('\n')
  return names
    .flatMap(name => lines.find(line => line.startsWith(`${name}:`)) ?? [])
    .map(line => `${line.replace(PASSWORD, 'x')}\n`)
    .join('')
}

const PASSWORD = /(?<=^[^:]*:)[^:]*/

function text(path: string, content: string): ImageEntry {
  return { kind: 'text', path, mode: 0o644, text: content }
}
