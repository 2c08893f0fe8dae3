import { LabError } from '../lab/lab-error.ts'
import { labNames } from '../lab/record.ts'
import { type TakenDown, takeDown } from '../lab/take-down.ts'
import { count } from './describe-size.ts'
import { lockForCommand } from './lock-for-command.ts'
import { type GlobalOptions, pickLab } from './pick-lab.ts'
import { print, printJson } from './print.ts'
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
  const named = names.length > 0 || globals.lab === undefined ? names : [globals.lab]
  if (options.all && named.length > 0)
    throw new LabError(
      `--all is every lab, and ${named.join(' and ')} ${named.length === 1 ? 'is' : 'are'} named`,
      {
        standing: 'Nothing was changed.',
        hint: `\`lab down ${named.join(' ')}\` takes down what is named, \`lab down --all\` every lab.`,
        exitCode: 2,
      },
    )
  requireRoot()
  const labs = options.all ? labNames() : names.length === 0 ? [pickLab(undefined, globals)] : names
  if (labs.length === 0) return print('No lab stands.')
  const problems: unknown[] = []
  const taken: TakenDown[] = []
  for (const lab of new Set(labs)) {
    try {
      taken.push(await takeLabDown(pickLab(lab, globals)))
    } catch (error) {
      problems.push(error)
    }
  }
  if (options.json) printJson(taken)
  else for (const one of taken) print(describe(one))
  throwTogether(problems)
}

/** One error as it is, several as one with all their words; nothing where there is none. */
export function throwTogether(problems: readonly unknown[]): void {
  if (problems.length === 1) throw problems[0]
  if (problems.length > 1) throw new LabError(problems.map(wordsOf).join('\n'))
}

function wordsOf(problem: unknown): string {
  if (!(problem instanceof Error)) return String(problem)
  const hint = problem instanceof LabError ? problem.hint : null
  return [problem.message, ...(hint === null ? [] : [hint])].join('\n')
}

async function takeLabDown(lab: string): Promise<TakenDown> {
  await using _lock = await lockForCommand(lab, `lab down ${lab}`)
  return await takeDown(lab)
}

function describe({ lab, namespaces, processes, containers, strangers }: TakenDown): string {
  const counts = [
    count(namespaces, 'namespace'),
    ...(containers === 0 ? [] : [count(containers, 'container')]),
    processes === 1 ? '1 process' : `${processes} processes`,
  ]
  const gone = `✔ Lab ${lab} is gone: ${counts.join(', ')} and its files.`
  const left = strangers.map(
    ({ pid, commandLine }) =>
      `! pid ${pid} (${commandLine}) was not started by lab and was left alone; the network namespace it is in ends with it`,
  )
  return [gone, ...left].join('\n')
}
