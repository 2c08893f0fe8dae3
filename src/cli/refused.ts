import { LabError } from '../lab/lab-error.ts'

/** A change that OpenStack's API would refuse: what could not be done, and its answer in its own words. */
export function refused(what: string, answer: string, hint?: string): LabError {
  return new LabError(`Cannot ${what}\n${answer}`, { standing: 'Nothing was changed.', hint })
}

/** A change that the command line itself does not say well. */
export function refusedOption(what: string, answer: string): LabError {
  return new LabError(`Cannot ${what}\n${answer}`, {
    standing: 'Nothing was changed.',
    exitCode: 2,
  })
}
