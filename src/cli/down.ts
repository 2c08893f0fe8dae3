import { LabError } from '../lab/lab-error.ts'
import { LOCK_WAIT_MS, lockLab } from '../lab/lock.ts'
import { labNames } from '../lab/record.ts'
import { type TakenDown, takeDown } from '../lab/take-down.ts'
import { type GlobalOptions, pickLab } from './pick-lab.ts'
import { print, printJson, remark } from './print.ts'
import { requireRoot } from './require-root.ts'

interface DownOptions {
  readonly all?: true
  readonly json?: true
}

/** `lab down`: takes labs down, one after the other; errors of one do not keep the others. */
export async function down(
  names: readonly string[],
  options: DownOptions,
  globals: GlobalOptions,
): Promise<void> {
  requireRoot()
  const labs = options.all ? labNames() : wanted(names, globals)
  if (labs.length === 0) return print('No lab stands.')
  const problems: unknown[] = []
  const taken: TakenDown[] = []
  for (const lab of new Set(labs)) {
    try {
      taken.push(await takeLabDown(lab))
    } catch (error) {
      problems.push(error)
    }
  }
  if (options.json) printJson(taken)
  else for (const one of taken) print(describe(one))
  if (problems.length === 1) throw problems[0]
  if (problems.length > 1)
    throw new LabError(
      problems.map(problem => (problem instanceof Error ? problem.message : problem)).join('\n'),
    )
}

function wanted(names: readonly string[], globals: GlobalOptions): string[] {
  return names.length === 0
    ? [pickLab(undefined, globals)]
    : names.map(name => pickLab(name, globals))
}

/** Takes one lab down under its lock. */
export async function takeLabDown(lab: string): Promise<TakenDown> {
  await using _lock = await lockLab({
    lab,
    command: `lab down ${lab}`,
    waitMs: LOCK_WAIT_MS,
    onWait: holder => remark(`Waiting for ${holder} …`),
  })
  return await takeDown(lab)
}

function describe({ lab, namespaces, processes, strangers }: TakenDown): string {
  const gone = `✔ Lab ${lab} is gone: ${namespaces} namespaces, ${processes} processes and its files.`
  const left = strangers.map(
    ({ pid, commandLine }) =>
      `! pid ${pid} (${commandLine}) was not started by lab and was left alone; the network namespace it is in ends with it`,
  )
  return [gone, ...left].join('\n')
}
