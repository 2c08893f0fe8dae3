import { nothing, type Total } from './total.ts'

interface TapLine {
  /** What a reader wants to see of it, if anything. */
  readonly shown: string | undefined
  readonly counted: Total
}

/** Reads one line of the Test Anything Protocol, version 13, as ava writes it: https://testanything.org */
export function readTapLine(line: string): TapLine {
  const match = /^(?<not>not )?ok \d+ - (?<title>.*?)(?<directive> # (SKIP|TODO).*)?$/.exec(line)
  if (match?.groups === undefined)
    return { shown: isFrame(line) ? undefined : line, counted: nothing }
  const { not, title, directive } = match.groups
  if (directive !== undefined) return { shown: `- ${title}`, counted: { ...nothing, skipped: 1 } }
  if (not !== undefined) return { shown: `✘ ${title}`, counted: { ...nothing, failed: 1 } }
  return { shown: `✔ ${title}`, counted: { ...nothing, passed: 1 } }
}

function isFrame(line: string): boolean {
  return /^(TAP version|1\.\.\d|# (tests|pass|skip|fail) |# .* › |# |$)/.test(line)
}
