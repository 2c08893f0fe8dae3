import { readFileSync } from 'node:fs'
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { urlToHttpOptions } from 'node:url'
import { promisify } from 'node:util'
import { unzip } from 'node:zlib'
import {
  VendordataFailure,
  type VendordataRequest,
  type VendordataResponse,
} from '../nova/vendordata/fetch.ts'

/**
 * Posts to a vendor data service, each time on a connection of its own. Loaded only where a topology has DynamicJSON,
 * since node:http takes longer than the rest of the service's start.
 */
export async function fetchVendordata(request: VendordataRequest): Promise<VendordataResponse> {
  const certificates = readCertificates(request)
  try {
    return await receive(await send(request, certificates))
  } catch (error) {
    throw error instanceof Error ? explain(error, request.url) : error
  }
}

/** A file that is not there is no failure of the service. */
function readCertificates({ verify }: VendordataRequest): Buffer | undefined {
  return typeof verify === 'object' ? readFileSync(verify.certfile) : undefined
}

function send(request: VendordataRequest, ca: Buffer | undefined): Promise<IncomingMessage> {
  const { url, headers, body, verify } = request
  const open = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    const outgoing = open({
      ...urlToHttpOptions(url),
      method: 'POST',
      headers: headers.flat(),
      agent: false,
      rejectUnauthorized: verify !== false,
      ...(ca === undefined ? {} : { ca }),
    })
    limitTime(outgoing, request)
    outgoing.on('response', resolve)
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** A service that is asked keeps nova from nothing, least of all from its end. */
function limitTime(
  outgoing: ClientRequest,
  { url, connectTimeoutMs, readTimeoutMs }: VendordataRequest,
): void {
  const timeOut = () => outgoing.destroy(new VendordataFailure(`Request to ${url} timed out`))
  const connecting = setTimeout(timeOut, connectTimeoutMs).unref()
  outgoing.on('close', () => clearTimeout(connecting))
  outgoing.on('socket', socket => {
    socket.unref()
    socket.on(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      clearTimeout(connecting)
      socket.setTimeout(readTimeoutMs, timeOut)
    })
  })
}

async function receive(response: IncomingMessage): Promise<VendordataResponse> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of response) {
    sizeBytes += chunk.length
    if (sizeBytes > sizeLimitBytes) throw new Error(`more than ${sizeLimitBytes} bytes`)
    chunks.push(chunk)
  }
  const { statusCode = 0, headers } = response
  return {
    status: statusCode,
    contentType: headers['content-type'],
    location: headers.location,
    body: await unpack(Buffer.concat(chunks), headers['content-encoding']),
  }
}

async function unpack(body: Buffer, encoding = 'identity'): Promise<Uint8Array> {
  if (!/gzip|deflate/i.test(encoding) || body.length === 0) return body
  return promisify(unzip)(body, { maxOutputLength: sizeLimitBytes })
}

/** In keystoneauth's words. */
function explain(error: Error, url: URL): Error {
  if (error instanceof VendordataFailure) return error
  const code = 'code' in error ? String(error.code) : ''
  const isTls = /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO_)/.test(code)
  const what = isTls ? 'SSL exception connecting' : 'Unable to establish connection'
  return new VendordataFailure(`${what} to ${url}: ${error.message}`, { cause: error })
}

/** Nova has no limit; what is not vendor data must not take the memory of the machine. */
const sizeLimitBytes = 16 * 1024 * 1024
