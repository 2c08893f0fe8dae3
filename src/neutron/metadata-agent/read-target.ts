/** Path and query of a request target, the path decoded once, one character a byte. */
export interface AgentTarget {
  readonly pathInfo: string
  readonly query: string
}

/** As eventlet reads it: what looks like a URL is a path like any other. */
export function readWsgiTarget(target: string): AgentTarget {
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  return { pathInfo: unquote(path), query: mark < 0 ? '' : target.slice(mark + 1) }
}

/**
 * As WebOb reads it for the socket server: a URL counts by its path, with or without a host. Undefined for one with a
 * fragment, or a scheme that is neither http nor https and no port, which the agent does not expect.
 */
export function readSocketTarget(target: string): AgentTarget | undefined {
  const url = /^([a-z]+):(?:\/\/([^/?#]*))?([^#]*)(#.+)?/i.exec(target)
  if (url === null) return readWsgiTarget(target)
  const [, scheme = '', host = '', path = '', fragment] = url
  const isWeb = /^https?$/i.test(scheme) || host.includes(':')
  return fragment === undefined && isWeb ? readWsgiTarget(path) : undefined
}

/** An escape that is none stays as it is. */
function unquote(path: string): string {
  if (!path.includes('%')) return path
  return path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
