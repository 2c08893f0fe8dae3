import { execa } from 'execa'
import type { Ended } from './lab.ts'

/** Runs a command in a network namespace, as an operator does without `lab`. */
export async function runIn(namespace: string, argv: readonly string[]): Promise<Ended> {
  const { exitCode, stdout, stderr } = await execa('ip', ['netns', 'exec', namespace, ...argv], {
    reject: false,
    stdin: 'ignore',
    env: { PATH: SYSTEM_PATH },
  })
  return { exitCode: exitCode ?? -1, stdout, stderr }
}

const SYSTEM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin'

/** The trimmed stdout of a command that must succeed. */
export async function readIn(namespace: string, ...argv: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runIn(namespace, argv)
  if (exitCode !== 0) throw new Error(`${argv.join(' ')} in ${namespace}: ${stderr}`)
  return stdout.trim()
}

export interface Fetched {
  /** 0 where no HTTP answer came. */
  readonly status: number
  readonly body: string
  /** curl's: 7 refused or unreachable, 28 timed out. */
  readonly exitCode: number
}

const metadata = 'http://169.254.169.254'

/** One GET from a namespace with curl; a path is asked of 169.254.169.254. */
export async function fetchIn(
  namespace: string,
  url: string,
  ...options: readonly string[]
): Promise<Fetched> {
  const target = url.startsWith('http') ? url : `${metadata}${url}`
  // Longer than an answer takes while other tests have the processors; who means silence gives a shorter one.
  const limits = ['-s', '-m', '10', '--path-as-is', '-w', '\n%{http_code}']
  const { exitCode, stdout } = await runIn(namespace, ['curl', ...limits, ...options, target])
  const end = stdout.lastIndexOf('\n')
  return {
    status: Number(stdout.slice(end + 1)),
    body: stdout.slice(0, Math.max(end, 0)),
    exitCode,
  }
}

/** The uuid that meta_data.json tells a guest; where there is none, the status. */
export async function uuidSeenBy(namespace: string, ...options: readonly string[]) {
  const { status, body } = await fetchIn(namespace, '/openstack/latest/meta_data.json', ...options)
  return status === 200 ? String(JSON.parse(body).uuid) : `status ${status}`
}

/** Addresses of a device as `ip address` words them, without the device's name. */
export async function addressesIn(namespace: string, device: string): Promise<string[]> {
  const text = await readIn(namespace, 'ip', '-o', 'address', 'show', 'dev', device)
  return text
    .split('\n')
    .map(line =>
      line
        .replace(/^\d+: \S+\s+/, '')
        .replace(/\\.*$/, '')
        .trim(),
    )
    .map(line => line.replace(new RegExp(` ${device}$`), ''))
}

/** Routes as `ip route` prints them, sorted. */
export async function routesIn(namespace: string, ...options: readonly string[]) {
  const text = await readIn(namespace, 'ip', ...options, 'route', 'show')
  return linesOf(text).sort()
}

export function linesOf(text: string): string[] {
  return text.split('\n').flatMap(line => (line.trim() === '' ? [] : [line.trim()]))
}

/** Rules in iptables-save's form, by table, without counters and comments: tables have no order of their own. */
export function rulesByTable(text: string): Readonly<Record<string, readonly string[]>> {
  const tables: Record<string, string[]> = {}
  let table = ''
  for (const line of linesOf(text).filter(candidate => !candidate.startsWith('#'))) {
    if (line.startsWith('*')) table = line
    else tables[table] = [...(tables[table] ?? []), line.replace(/\[\d+:\d+\]$/, '[0:0]')]
  }
  return tables
}

export async function rulesIn(namespace: string, program: 'iptables-save' | 'ip6tables-save') {
  return rulesByTable(await readIn(namespace, program))
}

/** Sockets that listen, sorted: `tcp 169.254.169.254:80 haproxy`. */
export async function listenersIn(namespace: string): Promise<string[]> {
  for (;;) {
    const text = await readIn(namespace, 'ss', '-H', '-l', '-n', '-t', '-u', '-p')
    const lines = linesOf(text)
    // ss looks at processes first, and dnsmasq may open a socket in between.
    const isOwned = (line: string) => line.includes('users:') || isKernels(line)
    if (lines.every(isOwned)) return lines.map(describeListener).sort()
  }
}

/** A VXLAN device's socket. */
function isKernels(line: string): boolean {
  return /^udp .*:4789 /.test(line)
}

function describeListener(line: string): string {
  const [protocol, , , , address] = line.split(/\s+/)
  return `${protocol} ${address} ${/"([^"]+)"/.exec(line)?.[1] ?? 'kernel'}`
}

export async function sysctlsIn(
  namespace: string,
  keys: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const values = linesOf(await readIn(namespace, 'sysctl', '-n', ...keys))
  return Object.fromEntries(keys.map((key, index) => [key, values[index] ?? '']))
}
