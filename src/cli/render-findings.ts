import { type MachineReport, missingIn } from '../linux/machine/check-machine.ts'
import type { Finding } from '../linux/machine/finding.ts'
import { colorsFor } from './colors.ts'

const color = colorsFor('stdout')

/** A line for each finding; what is wrong comes with why it matters and what to do. */
export function renderFindings(report: MachineReport): string {
  const width = Math.max(...report.findings.map(({ title }) => title.length))
  return [
    ...report.findings.map(finding => renderFinding(finding, width)),
    '',
    conclude(report),
  ].join('\n')
}

function renderFinding({ title, level, found, why, remedy }: Finding, width: number): string {
  const line = `${GLYPHS[level]} ${title.padEnd(width)}  ${found}`
  const margin = ' '.repeat(width + 4)
  return remedy === null ? line : `${line}\n${margin}${color.dim(why)}\n${margin}→ ${remedy}`
}

const GLYPHS = {
  ok: color.green('✔'),
  warning: color.yellow('!'),
  missing: color.red('✘'),
  unchecked: color.dim('?'),
}

function conclude(report: MachineReport): string {
  const missing = missingIn(report)
  if (missing.length > 0) return `Missing: ${missing.map(({ title }) => title).join(', ')}`
  const isComplete = report.findings.every(({ level }) => level !== 'unchecked')
  return isComplete ? 'This machine has all that labs need.' : 'Nothing is known to be missing.'
}
