import { trimBlanks } from './blanks.ts'

/** Headers as WSGI keeps them, by lower-case name; an underscore is as good as a hyphen. */
export type Headers = ReadonlyMap<string, string>

/** Headers of a request as they came, with the blanks around their values. */
type HeaderLines = Iterable<readonly [name: string, value: string]>

/** As eventlet 0.33 passes them on: stripped, and a repeated one becomes one value, joined with a comma. */
export function foldEventletHeaders(lines: HeaderLines): Headers {
  return fold(lines, ',', value => trimBlanks(value))
}

/** As uwsgi passes them on: joined with a comma and a space; of the blanks only the spaces after the colon go. */
export function foldUwsgiHeaders(lines: HeaderLines): Headers {
  return fold(lines, ', ', value => value.replace(/^ +/, ''))
}

/** As WebOb reads them by itself: joined with a comma and a space. */
export function foldWebObHeaders(lines: HeaderLines): Headers {
  return fold(lines, ', ', value => value.trim())
}

function fold(lines: HeaderLines, separator: string, trim: (value: string) => string): Headers {
  const headers = new Map<string, string>()
  for (const [name, value] of lines) {
    const key = name.toLowerCase().replaceAll('_', '-')
    const before = headers.get(key)
    headers.set(key, before === undefined ? trim(value) : before + separator + trim(value))
  }
  return headers
}
