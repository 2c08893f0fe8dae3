import { type Finding, warning } from '../linux/machine/finding.ts'
import { findAgentProblem } from './explain-elsewhere.ts'
import { labNames, readRecordIfReadable } from './record.ts'

/** For doctor: labs that stand and whose guests no agent can serve, as its socket is elsewhere and not to be had. */
export function checkAgentsElsewhere(): Finding[] {
  return labNames().flatMap(lab => {
    const record = readRecordIfReadable(lab)
    const problem = record === null ? null : findAgentProblem(record.cloud)
    if (problem === null) return []
    const subject = {
      id: `agent-of-${lab}`,
      title: `Agent of lab ${lab}`,
      why: 'its guests get no metadata otherwise',
    }
    return [warning(subject, problem.found, problem.remedy ?? '')]
  })
}
