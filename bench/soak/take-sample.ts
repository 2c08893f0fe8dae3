import { readdirSync, readFileSync, statSync } from 'node:fs'
import { statePathOf } from '../../src/lab/paths.ts'
import { pidOf, type StandingLab } from '../load/standing-lab.ts'

/** What the services of a lab hold at a moment. */
export interface Sample {
  /** Requests answered until then. */
  readonly requests: number
  readonly services: Readonly<Record<string, ServiceSample>>
  /** All log files together. */
  readonly logBytes: number
}

export interface ServiceSample {
  readonly pid: number
  readonly residentBytes: number
  readonly openFiles: number
}

export const watchedServices = [
  'haproxy',
  'neutron-metadata-agent',
  'nova-api-metadata',
  'supervisor',
  'dnsmasq',
] as const

/** Throws where a service does not run. */
export function takeSample(lab: StandingLab, requests: number): Sample {
  const services = watchedServices.map(name => [name, sampleService(pidOf(lab, name))] as const)
  return { requests, services: Object.fromEntries(services), logBytes: sizeOfLogs(lab.name) }
}

function sampleService(pid: number): ServiceSample {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1])
  const openFiles = readdirSync(`/proc/${pid}/fd`).length
  return { pid, residentBytes: 1024 * kibibytes, openFiles }
}

function sizeOfLogs(lab: string): number {
  const directory = `${statePathOf(lab)}/log`
  return readdirSync(directory).reduce(
    (sum, file) => sum + statSync(`${directory}/${file}`).size,
    0,
  )
}
