import type { Answer } from '../../wsgi/answer.ts'
import type { NovaContext } from '../context.ts'
import { HttpFailure, UnhandledFailure } from '../failure.ts'
import { nameHost } from '../host-name.ts'
import type { LoadedInstance } from '../instance-cache.ts'
import { makeOnce } from '../make-once.ts'
import type { MetadataRequest } from '../request.ts'
import { jsonAnswer, textAnswer } from '../text-answer.ts'
import { answerVendorData2 } from './answer-vendor-data2.ts'
import { listFiles } from './listing.ts'
import { insertSeed, renderMetaData } from './meta-data.ts'
import { renderNetworkData } from './network-data.ts'
import { answerPassword } from './password.ts'
import { readUserData } from './user-data.ts'
import { readVendorData } from './vendor-data.ts'
import {
  findOpenstackVersion,
  listOpenstackVersions,
  type OpenstackVersion,
  openstackSince,
  versionHas,
} from './versions.ts'

/** The answer to `/openstack/…`; the path's segments without `openstack`. Throws HttpFailure and UnhandledFailure. */
export function answerOpenstack(
  path: readonly string[],
  request: MetadataRequest,
  loaded: LoadedInstance,
  context: NovaContext,
): Answer | Promise<Answer> {
  const [first, ...rest] = path
  if (first === undefined) return textAnswer(listVersions(context).join('\n'))
  // Only the config drive has injected files.
  if (first === 'content') throw new HttpFailure(404)
  const version = findOpenstackVersion(context.config.release, first)
  if (version === undefined) throw new HttpFailure(404)
  const file = rest.length === 0 ? 'version' : rest.join('/')
  if (!isIn(version, file)) throw new HttpFailure(404)
  const input = { version, request, loaded, context }
  const lasting = findRoute(lastingRoutes, file)
  if (lasting !== undefined) {
    return makeOnce(loaded.made.answers, `openstack/${version}/${file}`, () => lasting(input))
  }
  const fresh = findRoute(freshRoutes, file)
  if (fresh === undefined) throw new HttpFailure(404)
  return fresh(input)
}

interface RouteInput {
  readonly version: OpenstackVersion
  readonly request: MetadataRequest
  readonly loaded: LoadedInstance
  readonly context: NovaContext
}

type Route<Answers> = (input: RouteInput) => Answers

/** The same bytes as long as an instance is loaded. */
const lastingRoutes: Readonly<Record<string, Route<Answer>>> = {
  version: ({ version, loaded }) =>
    textAnswer(listFiles(version, loaded.userData !== null).join('\n')),
  'network_data.json': ({ loaded, context }) =>
    textAnswer(renderNetworkData(loaded.view, context.config.release)),
  user_data: ({ loaded }) => textAnswer(readUserData(loaded)),
  'vendor_data.json': ({ loaded, context }) =>
    jsonAnswer(readVendorData(loaded, context.config.api)),
}

const freshRoutes: Readonly<Record<string, Route<Answer | Promise<Answer>>>> = {
  'meta_data.json': answerMetaData,
  password: ({ request, loaded, context }) => answerPassword(request, loaded, context.instances),
  'vendor_data2.json': ({ loaded, context }) => answerVendorData2(loaded, context),
  content: () => {
    throw new UnhandledFailure('nova calls its content handler with too many arguments')
  },
}

function findRoute<Answers>(
  routes: Readonly<Record<string, Route<Answers>>>,
  file: string,
): Route<Answers> | undefined {
  return Object.hasOwn(routes, file) ? routes[file] : undefined
}

function answerMetaData({ version, loaded, context }: RouteInput): Answer {
  const { view, made } = loaded
  const { api, release } = context.config
  const parts = makeOnce(made.metaData, version, () =>
    renderMetaData(view, nameHost(view, api.dhcp_domain), version, release),
  )
  return jsonAnswer(insertSeed(parts, context.randomBytes(512)))
}

/** Versions of the future answer, but are not listed. */
function listVersions({ config, nowMs }: NovaContext): string[] {
  const today = new Date(nowMs).toISOString().slice(0, 10)
  const known = listOpenstackVersions(config.release)
  return [...known.filter(version => version <= today), 'latest']
}

/** network_data.json is only listed by version; nova serves it in every one. */
function isIn(version: OpenstackVersion, file: string): boolean {
  if (file === 'network_data.json' || !isVersioned(file)) return true
  return versionHas(version, file)
}

function isVersioned(file: string): file is keyof typeof openstackSince {
  return Object.hasOwn(openstackSince, file)
}
