/** Headers as WSGI keeps them, by lower-case name; an underscore is as good as a hyphen. */
export type Headers = ReadonlyMap<string, string>

/**
 * Headers as a WSGI server passes them on: a repeated one becomes one value. eventlet joins with a comma, uwsgi
 * and WebOb with a comma and a space.
 */
export function foldHeaders(
  lines: Iterable<readonly [name: string, value: string]>,
  separator: ',' | ', ',
): Headers {
  const headers = new Map<string, string>()
  for (const [name, value] of lines) {
    const key = name.toLowerCase().replaceAll('_', '-')
    const before = headers.get(key)
    headers.set(key, before === undefined ? value : before + separator + value)
  }
  return headers
}
