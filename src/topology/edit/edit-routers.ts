import { isMap, isScalar, isSeq, type YAMLMap, YAMLSeq } from 'yaml'
import { EditRefused, editDocument, type OpenDocument } from './edit-document.ts'
import { ownNode, removeItem, resolved } from './own-node.ts'
import { addToSection, inOneLine, removeFromSection, resourceOf, writeMapping } from './section.ts'

/** An item of `interfaces`: a network's subnet, by name or CIDR; all that have a gateway where it is left out. */
export interface NewInterface {
  readonly network: string
  readonly subnet?: string
  readonly fixed_ip?: string
}

export interface NewRouter {
  readonly external_gateway?: string
  readonly host?: string
}

/** The text with one more router. Throws EditRefused. */
export function addRouter(text: string, name: string, router: NewRouter): string {
  return editDocument(text, open => {
    addToSection(open, 'routers', name, writeMapping(open.document, router))
  })
}

/** The text without a router. Throws EditRefused. */
export function removeRouter(text: string, name: string): string {
  return editDocument(text, open => removeFromSection(open, 'routers', name))
}

/** The text with one more interface of a router. Throws EditRefused. */
export function addInterface(text: string, router: string, added: NewInterface): string {
  return editDocument(text, open => {
    const interfaces = interfacesOf(open, resourceOf(open, 'routers', router))
    interfaces.add(writeInterface(open, added))
  })
}

/**
 * The text with an interface of a router, by its position, taken away, or with what remains of it in its place: one
 * that attaches several subnets may lose one. Throws EditRefused.
 */
export function replaceInterface(
  text: string,
  router: string,
  position: number,
  remaining: readonly NewInterface[],
): string {
  return editDocument(text, open => {
    const interfaces = interfacesOf(open, resourceOf(open, 'routers', router))
    if (position >= interfaces.items.length)
      throw new EditRefused(`routers.${router}.interfaces has no item ${position}`)
    removeItem(open, interfaces.items, position)
    const items = remaining.map(rest => writeInterface(open, rest))
    interfaces.items.splice(position, 0, ...items)
    if (interfaces.items.length === 0) interfaces.flow = true
  })
}

/** A network by its name alone is written so. */
function writeInterface({ document }: OpenDocument, { network, ...rest }: NewInterface) {
  return Object.keys(rest).length === 0
    ? document.createNode(network)
    : inOneLine(document, { network, ...rest })
}

function interfacesOf(open: OpenDocument, router: YAMLMap): YAMLSeq {
  const node = resolved(open, ownNode(open, router, 'interfaces'))
  if (isSeq(node)) return node
  if (isMap(node) || (isScalar(node) && node.value !== null))
    throw new EditRefused('`interfaces` is no list')
  const list = new YAMLSeq()
  list.flow = true
  router.set('interfaces', list)
  return list
}
