import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { LabError } from '../lab/lab-error.ts'
import { statePathOf } from '../lab/paths.ts'
import { readRecord } from '../lab/record.ts'
import { serviceNamesOf } from '../lab/restart-services.ts'
import { suggest } from '../topology/suggest.ts'
import { type GlobalOptions, pickLab } from './pick-lab.ts'
import { print, printJson, remark } from './print.ts'
import { requireRoot } from './require-root.ts'

interface LogsOptions {
  readonly follow?: true
  readonly json?: true
}

/** `lab logs`: the log files of a service, by the operator's name for it, or of all. */
export async function logs(
  service: string | undefined,
  options: LogsOptions,
  globals: GlobalOptions,
): Promise<void> {
  requireRoot()
  const lab = pickLab(undefined, globals)
  const files = filesOf(lab, service)
  if (options.follow) return await follow(newestOf(files) ?? [firstLogOf(lab, service)])
  if (options.json)
    return printJson(
      files.map(file => ({ file, lines: readFileSync(file, 'utf8').trimEnd().split('\n') })),
    )
  const told = files.filter(file => statSync(file).size > 0)
  if (told.length === 0)
    return remark(`${service ?? 'Nothing'} has logged nothing yet in lab ${lab}.`)
  print(told.map(file => render(file, told.length > 1)).join('\n'))
}

/** One that is still to come; tail waits for it. Throws LabError where no service is named. */
function firstLogOf(lab: string, service: string | undefined): string {
  if (service !== undefined) return `${logDirectoryOf(lab)}/${service}.log`
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
  const chosen = all.filter(
    file =>
      (service === undefined ||
        file.startsWith(`${service}.log`) ||
        file.startsWith(`${service}-`)) &&
      !(file.endsWith(olderEnd) && statSync(`${directory}/${file}`).size === 0),
  )
  if (chosen.length > 0) return chosen.map(file => `${directory}/${file}`)
  if (service !== undefined) refuseUnknown(lab, service)
  return []
}

function byServiceAndAge(one: string, other: string): number {
  const key = (file: string) => (file.endsWith(olderEnd) ? file.slice(0, -2) : `${file} `)
  return key(one) < key(other) ? -1 : 1
}

/** Of a log that has become too long, what was in it before. */
const olderEnd = '.log.1'

/** The agents of OpenStack are known too: they log when they have something to say. */
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

function render(file: string, named: boolean): string {
  const text = readFileSync(file, 'utf8').trimEnd()
  return named ? `==> ${file} <==\n${text}\n` : text
}

async function follow(files: readonly string[]): Promise<void> {
  const options = ['-n', '+1', '-F', `--pid=${process.pid}`]
  const child = spawn('tail', [...options, ...files], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill())
  await once(child, 'exit')
}
