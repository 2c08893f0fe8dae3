import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'

/** What the figures depend on, a line each. */
export function describeMachine(): string[] {
  const [cpu] = cpus()
  return [
    `${cpus().length} cores (${cpu?.model.trim() || 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB memory`,
    `${systemName()}, Linux ${release()}`,
    [
      `Node.js ${process.versions.node}`,
      firstLine('ip', '-V').replace(/^ip utility, /, ''),
      firstLine('dnsmasq', '--version').replace(/ *Copyright.*/, ''),
      firstLine('haproxy', '-v').replace(/ - .*/, ''),
      firstLine('iptables', '--version'),
    ].join(', '),
    `${new Date().toISOString().slice(0, 10)}, load average ${loadavg()[0]?.toFixed(2)} before`,
  ]
}

function systemName(): string {
  return readFileSync('/etc/os-release', 'utf8').match(/^PRETTY_NAME="(.*)"$/m)?.[1] ?? 'unknown'
}

function firstLine(program: string, option: string): string {
  const PATH = '/usr/sbin:/usr/bin:/sbin:/bin'
  return (
    execFileSync(program, [option], { encoding: 'utf8', env: { PATH } }).split('\n')[0] ?? program
  )
}
