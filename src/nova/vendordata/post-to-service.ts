import { PythonJsonError, rewritePythonJson } from '../../wsgi/python-json-text.ts'
import { reasonPhrases } from '../../wsgi/status.ts'
import type { NovaMetadataConfig } from '../config.ts'
import { decodeText } from './decode-text.ts'
import { type FetchVendordata, VendordataFailure, type VendordataResponse } from './fetch.ts'

/**
 * Posts to a vendor data service and gives its JSON as Python writes it, `{}` for an answer without a body. Throws
 * VendordataFailure for what nova logs and does without: no connection, a timeout, a status from 400 on, no JSON.
 * Redirections keep method and body, as keystoneauth's session does it.
 */
export async function postToService(
  url: string,
  body: string,
  api: NovaMetadataConfig['api'],
  fetchVendordata: FetchVendordata,
): Promise<string> {
  throwWithoutHost(url)
  const verify = chooseVerification(url, api)
  const timeouts = readTimeouts(api)
  let next = url
  for (let followed = 0; ; followed++) {
    const headers = writeHeaders(parseUrl(next), body)
    const response = await fetchVendordata({
      url: parseUrl(next),
      headers,
      body,
      verify,
      ...timeouts,
    })
    const { status, location } = response
    if (!redirections.has(status) || location === undefined || followed === redirectLimit) {
      return readJson(response)
    }
    next = location
  }
}

/** keystoneauth looks for an endpoint where a URL has no host, and nova does not expect that there is none. */
function throwWithoutHost(url: string): void {
  if (!/^([a-z][a-z0-9+.-]*:)?\/\/[^/?#]/i.test(url)) throw new Error(`no host in ${url}`)
}

function parseUrl(text: string): URL {
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol)) return url
  const reason = url === null ? 'Invalid URL' : 'No connection adapters were found for'
  throw new VendordataFailure(`Unexpected exception for ${text}: ${reason} '${text}'`)
}

/** Python looks at the letters as they are written. */
function chooseVerification(url: string, api: NovaMetadataConfig['api']) {
  const certfile = api.vendordata_dynamic_ssl_certfile
  if (!url.startsWith('https://')) return false
  return certfile === undefined || certfile === '' ? true : { certfile }
}

function readTimeouts(api: NovaMetadataConfig['api']) {
  const connect = api.vendordata_dynamic_connect_timeout
  const read = api.vendordata_dynamic_read_timeout
  if (read > 0) return { connectTimeoutMs: connect * 1000, readTimeoutMs: read * 1000 }
  const advice = 'Pass a (connect, read) timeout tuple, or a single float to set both timeouts'
  throw new VendordataFailure(`Invalid timeout (${connect}, ${read}). ${advice} to the same value.`)
}

/** In the order of python-requests. */
function writeHeaders(url: URL, body: string): [string, string][] {
  const { host, username, password } = url
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return [
    ['Host', host],
    ['User-Agent', 'openstack-nova-vendordata'],
    ['Accept-Encoding', 'gzip, deflate'],
    ['Accept', 'application/json'],
    ['Connection', 'keep-alive'],
    ['Content-Type', 'application/json'],
    ['Content-Length', String(body.length)],
    ...(username === '' ? [] : [['Authorization', `Basic ${btoa(login)}`] as [string, string]]),
  ]
}

function readJson(response: VendordataResponse): string {
  const { status } = response
  if (status >= 400) {
    throw new VendordataFailure(`${reasonPhrases[status] ?? 'HTTP Error'} (HTTP ${status})`)
  }
  const text = decodeText(response)
  if (text === '') return '{}'
  try {
    return rewritePythonJson(text)
  } catch (error) {
    if (error instanceof PythonJsonError) throw new VendordataFailure(error.message)
    throw error
  }
}

const redirections = new Set([301, 302, 303, 305, 307, 308])
const redirectLimit = 30
