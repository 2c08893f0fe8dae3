import type { Answer } from '../wsgi/answer.ts'
import { renderErrorPage } from '../wsgi/error-page.ts'
import type { NovaContext } from './context.ts'
import { answerEc2, answerEc2Versions } from './ec2/answer.ts'
import { HttpFailure, UnhandledFailure } from './failure.ts'
import { answerHealthcheck } from './healthcheck.ts'
import { identifyInstance } from './identify/identify-instance.ts'
import { answerOpenstack } from './openstack/answer.ts'
import { normalisePath, readPathInfo } from './path.ts'
import type { MetadataRequest } from './request.ts'

/**
 * What nova-api-metadata answers, byte for byte. Undefined where it closes the connection without an answer, which
 * uwsgi does where nova's code raises what it does not expect. Source: nova/api/metadata/handler.py.
 */
export function answerMetadata(
  request: MetadataRequest,
  context: NovaContext,
): Answer | undefined | Promise<Answer | undefined> {
  try {
    const answer = route(request, context)
    if (!(answer instanceof Promise)) return filterCors(request, answer)
    return answer.then(
      later => filterCors(request, later),
      error => answerFailure(request, error),
    )
  } catch (error) {
    return answerFailure(request, error)
  }
}

/** A page for what nova raises on purpose, nothing for what its code does not survive. */
function answerFailure(request: MetadataRequest, error: unknown): Answer | undefined {
  if (error instanceof UnhandledFailure) return undefined
  if (!(error instanceof HttpFailure)) throw error
  const { method, headers } = request
  const accept = headers.get('accept')
  const page = renderErrorPage({ method, accept }, error.status, error.explanation)
  return filterCors(request, page)
}

function route(request: MetadataRequest, context: NovaContext): Answer | Promise<Answer> {
  const pathInfo = readPathInfo(request.target)
  const path = normalisePath(pathInfo)
  if (pathInfo === '/healthcheck') return answerHealthcheck(request)
  if (path === '/' && pathInfo !== '') return answerEc2Versions()
  const loaded = identifyInstance(request, context)
  const [root, ...rest] = path.split('/').filter(segment => segment !== '')
  if (root === 'openstack') return answerOpenstack(rest, request, loaded, context)
  return answerEc2(root === 'ec2' || root === undefined ? rest : [root, ...rest], loaded, context)
}

/** oslo's CORS filter turns a failed OPTIONS into an empty 200 without a type. */
function filterCors({ method }: MetadataRequest, answer: Answer): Answer {
  if (method !== 'OPTIONS' || answer.status < 300) return answer
  return { status: 200, contentType: null, body: new Uint8Array() }
}
