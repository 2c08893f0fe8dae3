/** Where a request for metadata goes. */
export interface NovaEndpoint {
  readonly protocol: 'http' | 'https'
  /** A name, or an address without brackets. */
  readonly host: string
  readonly port: number
}

/** What an endpoint is called in a request's `Host`: without the port where it is the protocol's own. */
export function formatAuthority({ protocol, host, port }: NovaEndpoint): string {
  const name = host.includes(':') ? `[${host}]` : host
  return port === defaultPorts[protocol] ? name : `${name}:${port}`
}

/** Ports that a URL need not name. */
export const defaultPorts = { http: 80, https: 443 } as const
