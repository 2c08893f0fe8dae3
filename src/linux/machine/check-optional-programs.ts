import { installLine, isInstalled, optionalProgramNames, optionalPrograms } from '../programs.ts'
import { type Finding, ok, warning } from './finding.ts'

/** Programs that only some topologies need: a lab of another stands without them. */
export function checkOptionalPrograms(directories?: readonly string[]): readonly Finding[] {
  return optionalProgramNames.map(name => {
    const program = optionalPrograms[name]
    const subject = { id: name, title: name, why: `it ${program.why}` }
    return isInstalled(name, directories)
      ? ok(subject, 'installed')
      : warning(subject, 'not installed; other topologies do without it', installLine([program]))
  })
}
