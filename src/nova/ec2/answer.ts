import type { Answer } from '../../wsgi/answer.ts'
import type { NovaContext } from '../context.ts'
import { HttpFailure } from '../failure.ts'
import { nameHost } from '../host-name.ts'
import type { LoadedInstance } from '../instance-cache.ts'
import { makeOnce } from '../make-once.ts'
import { textAnswer } from '../text-answer.ts'
import { findEc2Node } from './find.ts'
import { printEc2Node } from './print.ts'
import { buildEc2Tree } from './tree.ts'
import { type Ec2Version, ec2Versions, findEc2Version } from './versions.ts'

/** The answer to everything outside `/openstack`; the path's segments without a leading `ec2`. */
export function answerEc2(
  path: readonly string[],
  loaded: LoadedInstance,
  context: NovaContext,
): Answer {
  const [first, ...rest] = path
  if (first === undefined) return answerEc2Versions()
  const version = findEc2Version(first)
  if (version === undefined) throw new HttpFailure(404)
  return makeOnce(loaded.made.answers, `ec2/${version}/${rest.join('/')}`, () => {
    const tree = makeOnce(loaded.made.ec2Trees, version, () => buildTree(loaded, context, version))
    return textAnswer(printEc2Node(findEc2Node(tree, rest)))
  })
}

function buildTree(loaded: LoadedInstance, context: NovaContext, version: Ec2Version) {
  const { view, address, userData } = loaded
  const hostname = nameHost(view, context.config.api.dhcp_domain)
  return buildEc2Tree(view, { hostname, address, userData }, version)
}

/** What `/` says to everyone. */
export function answerEc2Versions(): Answer {
  return textAnswer([...ec2Versions, 'latest'].join('\n'))
}
