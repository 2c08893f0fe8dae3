import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { LabError } from '../lab/lab-error.ts'
import { statePathOf } from '../lab/paths.ts'
import { readRecord } from '../lab/record.ts'
import { isCalled, serviceNamesOf, servicesOf } from '../lab/restart-services.ts'
import { type Container, isContained, type ServiceStep } from '../plan/step.ts'
import { suggest } from '../topology/suggest.ts'
import { followLogs } from './follow-logs.ts'
import { headOfLog } from './head-of-log.ts'
import { isLogOf } from './is-log-of.ts'
import { type GlobalOptions, pickLab } from './pick-lab.ts'
import { print, printJson, remark } from './print.ts'
import { requireRoot } from './require-root.ts'

interface LogsOptions {
  readonly follow?: true
  readonly json?: true
}

/**
 * `lab logs`: what a service has printed, by the operator's name for it, or all of them: log files of processes, and of
 * containers what their engine keeps.
 */
export async function logs(
  service: string | undefined,
  options: LogsOptions,
  globals: GlobalOptions,
): Promise<void> {
  requireRoot()
  const lab = pickLab(undefined, globals)
  const containers = containersOf(lab, service)
  const files = filesOf(lab, service)
  if (options.follow)
    return await followLogs(containers, newestOf(files) ?? firstLogOf(lab, service, containers))
  const read = [...files.map(readFile), ...(await readContainers(containers))]
  if (options.json)
    return printJson(read.map(({ text, ...source }) => ({ ...source, lines: linesOf(text) })))
  const told = read.filter(({ text }) => text !== '')
  if (told.length === 0)
    return remark(`${service ?? 'Nothing'} has logged nothing yet in lab ${lab}.`)
  print(told.map(source => render(source, told.length > 1)).join('\n'))
}

/** What one process or container has printed. */
type Printed = ({ readonly file: string } | { readonly container: string }) & {
  readonly text: string
}

function readFile(file: string): Printed {
  return { file, text: readFileSync(file, 'utf8') }
}

/** Those that are gone have taken along what they have printed. */
async function readContainers(containers: readonly Container[]): Promise<Printed[]> {
  if (containers.length === 0) return []
  const { printedBy } = await import('../runtime/docker/printed-by.ts')
  const texts = await Promise.all(containers.map(printedBy))
  return containers.flatMap(({ name }, index) => {
    const text = texts[index]
    return typeof text === 'string' ? [{ container: name, text }] : []
  })
}

function linesOf(text: string): string[] {
  return text.trimEnd().split('\n')
}

/** Containers of a service, by any name of it, or all of a lab's. */
function containersOf(lab: string, service: string | undefined): Container[] {
  return servicesCalled(lab, service)
    .filter(isContained)
    .map(({ container }) => container)
}

function servicesCalled(lab: string, service: string | undefined): ServiceStep[] {
  const record = readRecord(lab)
  const services = record === null ? [] : servicesOf(record)
  return services.filter(step => service === undefined || isCalled(step, service))
}

/** One that is still to come; tail waits for it. Throws LabError where nothing else is named. */
function firstLogOf(
  lab: string,
  service: string | undefined,
  containers: readonly Container[],
): string[] {
  if (containers.length > 0) return []
  if (service !== undefined) {
    const name = servicesCalled(lab, service)[0]?.name ?? service
    return [`${logDirectoryOf(lab)}/${name}.log`]
  }
  throw new LabError(`Nothing has logged anything yet in lab ${lab}`, {
    hint: 'Name a service, to wait for what it will log.',
  })
}

/** Without what was moved out of the way; tail goes on by itself when that happens again. */
function newestOf(files: readonly string[]): readonly string[] | undefined {
  const newest = files.filter(file => !file.endsWith(olderEnd))
  return newest.length > 0 ? newest : undefined
}

function logDirectoryOf(lab: string): string {
  return `${statePathOf(lab)}/log`
}

/** Log files of a service that there are, older ones first; throws LabError where the lab has no such service. */
function filesOf(lab: string, service: string | undefined): string[] {
  const directory = logDirectoryOf(lab)
  const all = existsSync(directory) ? readdirSync(directory).sort(byServiceAndAge) : []
  const called = servicesCalled(lab, service).map(({ name }) => name)
  const names = service === undefined ? [] : [service, ...called]
  const chosen = all.filter(
    file =>
      (service === undefined || names.some(name => isLogOf(file, name))) &&
      !(file.endsWith(olderEnd) && statSync(`${directory}/${file}`).size === 0),
  )
  if (chosen.length > 0) return chosen.map(file => `${directory}/${file}`)
  if (service !== undefined && called.length === 0) refuseUnknown(lab, service)
  return []
}

function byServiceAndAge(one: string, other: string): number {
  const key = (file: string) => (file.endsWith(olderEnd) ? file.slice(0, -2) : `${file} `)
  return key(one) < key(other) ? -1 : 1
}

/** Of a log that has become too long, what was in it before. */
const olderEnd = '.log.1'

/** The agents of OpenStack are known too, stopped or not: they log when they have something to say. */
function refuseUnknown(lab: string, service: string): void {
  const record = readRecord(lab)
  const names = record === null ? [] : serviceNamesOf(record)
  if (names.includes(service)) return
  const near = suggest(service, names)
  throw new LabError(
    `Lab ${lab} has no service ${service}${near === undefined ? '' : `; ${near}`}`,
    {
      hint: names.length === 0 ? 'It was never built to an end.' : `There is ${names.join(', ')}.`,
      exitCode: 2,
    },
  )
}

function render({ text, ...source }: Printed, named: boolean): string {
  return named ? `${headOfLog(source)}\n${text.trimEnd()}\n` : text.trimEnd()
}
