import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { LabError } from '../lab/lab-error.ts'
import { statePathOf } from '../lab/paths.ts'
import { type GlobalOptions, pickLab } from './pick-lab.ts'
import { print, printJson } from './print.ts'
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
  if (options.follow) return await follow(files)
  if (options.json)
    return printJson(
      files.map(file => ({ file, lines: readFileSync(file, 'utf8').trimEnd().split('\n') })),
    )
  print(files.map(file => render(file, files.length > 1)).join('\n'))
}

function filesOf(lab: string, service: string | undefined): string[] {
  const directory = `${statePathOf(lab)}/log`
  const all = existsSync(directory) ? readdirSync(directory).sort() : []
  const chosen = all.filter(
    file => service === undefined || file === `${service}.log` || file.startsWith(`${service}-`),
  )
  if (chosen.length > 0) return chosen.map(file => `${directory}/${file}`)
  throw new LabError(`${service ?? 'Nothing'} has logged nothing in lab ${lab}`, {
    hint: `There is ${all.map(file => file.replace(/\.log$/, '')).join(', ') || 'no log'}.`,
  })
}

function render(file: string, named: boolean): string {
  const text = readFileSync(file, 'utf8').trimEnd()
  return named ? `==> ${file} <==\n${text}\n` : text
}

async function follow(files: readonly string[]): Promise<void> {
  const child = spawn('tail', ['-n', '+1', '-F', ...files], { stdio: 'inherit' })
  process.on('SIGINT', () => child.kill())
  await once(child, 'exit')
}
