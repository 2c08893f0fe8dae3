import type { Answer } from '../../wsgi/answer.ts'
import type { NovaContext } from '../context.ts'
import { HttpFailure, UnhandledFailure } from '../failure.ts'
import { nameHost } from '../host-name.ts'
import type { LoadedInstance } from '../instance-cache.ts'
import { makeOnce } from '../make-once.ts'
import type { MetadataRequest } from '../request.ts'
import { jsonAnswer, textAnswer } from '../text-answer.ts'
import { listFiles } from './listing.ts'
import { insertSeed, renderMetaData } from './meta-data.ts'
import { renderNetworkData } from './network-data.ts'
import { answerPassword } from './password.ts'
import { readUserData } from './user-data.ts'
import { renderVendorData } from './vendor-data.ts'
import { renderVendorData2 } from './vendor-data2.ts'
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
): Answer {
  const [first, ...rest] = path
  if (first === undefined) return textAnswer(listVersions(context).join('\n'))
  // Only the config drive has injected files.
  if (first === 'content') throw new HttpFailure(404)
  const version = findOpenstackVersion(context.config.release, first)
  if (version === undefined) throw new HttpFailure(404)
  const file = rest.length === 0 ? 'version' : rest.join('/')
  const route = Object.hasOwn(routes, file) ? routes[file] : undefined
  if (route === undefined || !isIn(version, file)) throw new HttpFailure(404)
  return route({ version, request, loaded, context })
}

interface RouteInput {
  readonly version: OpenstackVersion
  readonly request: MetadataRequest
  readonly loaded: LoadedInstance
  readonly context: NovaContext
}

const routes: Readonly<Record<string, (input: RouteInput) => Answer>> = {
  version: ({ version, loaded }) =>
    textAnswer(listFiles(version, loaded.view.user_data_base64 !== null).join('\n')),
  'meta_data.json': answerMetaData,
  'network_data.json': ({ loaded, context }) =>
    makeOnce(loaded.made.networkData, '', () =>
      textAnswer(renderNetworkData(loaded.view, context.config.release)),
    ),
  user_data: ({ loaded }) => textAnswer(readUserData(loaded.view)),
  password: ({ request, loaded, context }) => answerPassword(request, loaded, context.instances),
  'vendor_data.json': ({ context }) => jsonAnswer(renderVendorData(context.config.api.vendordata)),
  'vendor_data2.json': ({ context }) =>
    jsonAnswer(renderVendorData2(context.config.api.vendordata)),
  content: () => {
    throw new UnhandledFailure('nova calls its content handler with too many arguments')
  },
}

function answerMetaData({ version, loaded, context }: RouteInput): Answer {
  const parts = makeOnce(loaded.made.metaData, version, () =>
    renderMetaData(loaded.view, nameHost(loaded.view, context.config.api.dhcp_domain), version),
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
