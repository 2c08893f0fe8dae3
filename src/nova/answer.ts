import type { Answer } from '../wsgi/answer.ts'
import { renderErrorPage } from '../wsgi/error-page.ts'
import type { NovaContext } from './context.ts'
import { answerEc2, answerEc2Versions } from './ec2/answer.ts'
import { HttpFailure, UnhandledFailure } from './failure.ts'
import { answerHealthcheck } from './healthcheck.ts'
import { identifyInstance } from './identify.ts'
import { answerOpenstack } from './openstack/answer.ts'
import { normalisePath, readPathInfo } from './path.ts'
import type { MetadataRequest } from './request.ts'

/**
 * What nova-api-metadata answers, byte for byte. Undefined where it closes the connection without an answer, which
 * uwsgi does where nova's code raises what it does not expect. Source: nova/api/metadata/handler.py.
 */
export function answerMetadata(request: MetadataRequest, context: NovaContext): Answer | undefined {
  try {
    return filterCors(request, answerOrPage(request, context))
  } catch (error) {
    if (error instanceof UnhandledFailure) return undefined
    throw error
  }
}

function answerOrPage(request: MetadataRequest, context: NovaContext): Answer {
  try {
    return route(request, context)
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    const { method, headers } = request
    const accept = headers.get('accept')
    return renderErrorPage({ method, accept }, error.status, error.explanation)
  }
}

function route(request: MetadataRequest, context: NovaContext): Answer {
  const pathInfo = readPathInfo(request.target)
  const path = normalisePath(pathInfo)
  if (pathInfo === '/healthcheck') return answerHealthcheck(request)
  if (path === '/' && pathInfo !== '') return answerEc2Versions()
  const { metadata_proxy_shared_secret } = context.config
  const loaded = identifyInstance(request, { ...context, metadata_proxy_shared_secret })
  const [root, ...rest] = path.split('/').filter(segment => segment !== '')
  if (root === 'openstack') return answerOpenstack(rest, request, loaded, context)
  return answerEc2(root === 'ec2' || root === undefined ? rest : [root, ...rest], loaded, context)
}

/** oslo's CORS filter turns a failed OPTIONS into an empty 200 without a type. */
function filterCors({ method }: MetadataRequest, answer: Answer): Answer {
  if (method !== 'OPTIONS' || answer.status < 300) return answer
  return { status: 200, contentType: null, body: new Uint8Array() }
}
