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
import { reasonOf } from './tls-reason.ts'

/**
 * Posts to a vendor data service, each time on a connection of its own. Loaded only where a topology has DynamicJSON,
 * since node:http takes longer than the rest of the service's start.
 */
export async function fetchVendordata(request: VendordataRequest): Promise<VendordataResponse> {
  const outgoing = open(request)
  const limit = limitTime(outgoing, request)
  try {
    return await receive(await send(outgoing, request.body))
  } catch (error) {
    throw limit.failure ?? (error instanceof Error ? explain(error, request.url) : error)
  } finally {
    outgoing.destroy()
  }
}

/** Throws where the CA file cannot be read, which is no failure of the service. */
function open({ url, headers, verify }: VendordataRequest): ClientRequest {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  return request({
    ...urlToHttpOptions(url),
    method: 'POST',
    headers: headers.flat(),
    agent: false,
    rejectUnauthorized: verify !== false,
    ...(typeof verify === 'object' ? { ca: readFileSync(verify.certfile) } : {}),
  })
}

/** A service that is waited for keeps nova from nothing, least of all from its end. */
function limitTime(
  outgoing: ClientRequest,
  { url, connectTimeoutMs, readTimeoutMs }: VendordataRequest,
): { readonly failure: VendordataFailure | undefined } {
  let failure: VendordataFailure | undefined
  const timeOut = () => {
    failure = new VendordataFailure(`Request to ${url} timed out`)
    outgoing.destroy(failure)
  }
  const connecting = setTimeout(timeOut, connectTimeoutMs).unref()
  outgoing.on('close', () => clearTimeout(connecting))
  outgoing.on('socket', socket => {
    socket.unref()
    socket.on(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      clearTimeout(connecting)
      socket.setTimeout(readTimeoutMs, timeOut)
    })
  })
  return {
    get failure() {
      return failure
    },
  }
}

function send(outgoing: ClientRequest, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on('response', resolve)
    outgoing.on('error', reject)
    // All that node:http does about a service that goes on with another protocol.
    outgoing.on('close', () => reject(new Error('the connection closed without an answer')))
    outgoing.end(body)
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
  const code = 'code' in error ? String(error.code) : ''
  const isTls = /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO_)/.test(code)
  const what = isTls ? 'SSL exception connecting' : 'Unable to establish connection'
  return new VendordataFailure(`${what} to ${url}: ${reasonOf(error)}`, { cause: error })
}

/** Nova has no limit; what is not vendor data must not take the memory of the machine. */
const sizeLimitBytes = 16 * 1024 * 1024
